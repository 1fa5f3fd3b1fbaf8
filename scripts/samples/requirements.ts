import { existsSync } from 'node:fs'

/** The programs of the recording, and their Debian packages. */
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

/** Says what is missing and how to install it; undefined if nothing is. */
export const missingPrograms = (): string | undefined => {
  if (process.getuid?.() !== 0)
    return 'Test hosts are network namespaces, which only root can create. Run the script as root on Linux.'
  const packages = programs.flatMap(([path, name]) => (existsSync(path) ? [] : [name]))
  if (packages.length === 0) return undefined
  return `Some programs are missing. On Debian 12: apt-get install --no-install-recommends ${packages.join(' ')}`
}
