import type { TestHost } from '../test-host.ts'

/** The logs that the log host keeps: file, and the filter of what goes there. */
const kept = [
  ['dns.log', `$programname == 'dnsmasq'`],
  ['auth.log', `$syslogfacility-text == 'auth' or $syslogfacility-text == 'authpriv'`],
  ['cron.log', `$syslogfacility-text == 'cron'`],
  ['mail.log', `$syslogfacility-text == 'mail'`],
  ['nginx-access.log', `$syslogfacility-text == 'local6'`],
  ['nginx-error.log', `$syslogfacility-text == 'local5'`],
  ['syslog', '1 == 1'],
] as const

/** Starts the log host's rsyslog: what the others forward, in the traditional format, a file for each kind. */
export const startLogHost = (host: TestHost): readonly { name: string; path: string }[] => {
  const rules = kept
    .map(([name, filter], i) => `${i > 0 ? 'else ' : ''}if ${filter} then /var/log/kept/${name}`)
    .join('\n')
  host.write(
    '/etc/rsyslog.conf',
    `global(preserveFQDN="on" workDirectory="/var/spool/rsyslog")
module(load="imuxsock" sysSock.rateLimit.interval="0")
module(load="imtcp")
input(type="imtcp" port="514")
module(load="builtin:omfile" template="RSYSLOG_TraditionalFileFormat")
${rules}
`,
  )
  host.run('mkdir -p /var/log/kept /var/spool/rsyslog; rsyslogd')
  return kept.map(([name]) => ({ name, path: host.outside(`/var/log/kept/${name}`) }))
}

/**
 * Starts a host's rsyslog, which forwards everything. Of the kernel's words, which all hosts here share, `kernelWords` are passed on: the
 * host that they are about is the only one to name any.
 */
export const startForwarding = (host: TestHost, logHost: string, kernelWords: readonly string[] = []): void => {
  const wanted = kernelWords.map((words) => `not ($msg contains '${words}')`).join(' and ')
  const kernel = `module(load="imklog")\nif $syslogfacility-text == 'kern' and ${wanted} then stop\n`
  host.write(
    '/etc/rsyslog.conf',
    `global(preserveFQDN="on" workDirectory="/var/spool/rsyslog")
module(load="imuxsock" sysSock.rateLimit.interval="0")
${kernelWords.length > 0 ? kernel : ''}*.* action(type="omfwd" target="${logHost}" port="514" protocol="tcp" template="RSYSLOG_TraditionalForwardFormat")
`,
  )
  host.run('mkdir -p /var/spool/rsyslog; rsyslogd')
}
