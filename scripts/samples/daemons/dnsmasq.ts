import type { TestHost } from '../test-host.ts'

/** The upstream name server of the company: every name below these domains has an address. */
const knownDomains = ['example', 'sample']

/** Starts the name server outside, which logs nothing. */
export const startUpstream = (host: TestHost, address: string): void => {
  const known = knownDomains.map((domain) => `--local=/${domain}/ --address=/${domain}/198.51.100.80`).join(' ')
  host.run(
    `dnsmasq --no-resolv --no-hosts --port=53 --listen-address=${address} --bind-interfaces --local-ttl=60 --user=root --pid-file=/run/dnsmasq.pid ${known}`,
  )
}

/** Starts the company's name server, which logs every query to syslog, as people who run a small network like to have it. */
export const startDnsmasq = (
  host: TestHost,
  upstream: string,
  hosts: readonly { name: string; address: string }[],
): void => {
  host.write(
    '/etc/dnsmasq.conf',
    `no-resolv
no-hosts
server=${upstream}
cache-size=400
log-queries
user=root
pid-file=/run/dnsmasq.pid
${hosts.map(({ name, address }) => `host-record=${name},${address}`).join('\n')}
`,
  )
  host.run('dnsmasq')
}
