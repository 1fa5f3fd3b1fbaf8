import { existsSync } from 'node:fs'

/** The programs that play in the recording, and the Debian packages that have them. */
const programs: readonly (readonly [string, string])[] = [
  ['/usr/sbin/sshd', 'openssh-server'],
  ['/usr/bin/sshpass', 'sshpass'],
  ['/usr/bin/sudo', 'sudo'],
  ['/usr/sbin/rsyslogd', 'rsyslog'],
  ['/usr/sbin/cron', 'cron'],
  ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', 'libfaketime'],
  ['/usr/sbin/nginx', 'nginx-light'],
  ['/usr/lib/postgresql/15/bin/postgres', 'postgresql-15'],
  ['/usr/sbin/dnsmasq', 'dnsmasq-base'],
  ['/usr/sbin/postfix', 'postfix'],
  ['/usr/sbin/ip', 'iproute2'],
  ['/usr/bin/nsenter', 'util-linux'],
  ['/usr/bin/curl', 'curl'],
]

/** Says what to install and what else is needed; undefined when nothing is missing. */
export const missingPrograms = (): string | undefined => {
  if (process.getuid?.() !== 0)
    return 'Test hosts are network namespaces, and only root may make those: run it as root, on Linux.'
  const packages = programs.flatMap(([path, name]) => (existsSync(path) ? [] : [name]))
  if (packages.length === 0) return undefined
  return `Some programs are missing. On Debian 12: apt-get install --no-install-recommends ${packages.join(' ')}`
}
