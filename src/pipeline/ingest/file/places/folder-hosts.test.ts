import { describe, expect, it } from 'vitest'
import { hostsIn, hostsOfFolders, noHosts } from './folder-hosts.ts'

describe('hostsIn', () => {
  it('finds the hosts in the headers of lines and in documents', () => {
    const header = 'Dec 10 09:32:20 WEB01 sshd[312]: Failed password for root'
    expect(hostsIn(`${header}\n${header}\n`)).toEqual({ headers: ['WEB01'], documents: [] })
    expect(hostsIn('{"hostname":"web01","msg":"x"}\n')).toEqual({ headers: [], documents: ['web01'] })
  })

  it.each([
    ['an access log', '198.51.100.1 - - [10/Dec/2026:09:32:20 +0000] "GET / HTTP/1.1" 200 512'],
    ['a log of which one line looks like it', 'Dec 10 09:32:20 squid started\nready\nlistening\n'],
    ['the name that every host has', 'Dec 10 09:32:20 localhost sshd[312]: Failed password for root'],
  ])('finds none in %s', (_log, head) => {
    expect(hostsIn(head)).toEqual(noHosts)
  })
})

describe('hostsOfFolders', () => {
  /** The hosts of folders, of logs that name the given hosts in their headers. */
  const hostsOf = (logs: Record<string, readonly string[]>, documents: Record<string, readonly string[]> = {}) => {
    const all = new Set([...Object.keys(logs), ...Object.keys(documents)])
    const hostOf = hostsOfFolders(
      [...all].map((path) => ({
        path,
        headers: logs[path] ?? [],
        documents: documents[path] ?? [],
      })),
    )
    return (path: string) => hostOf(path)?.host
  }

  it('takes the folder of the host that its logs name, as they write it', () => {
    const hostOf = hostsOf({ '/r/web01/auth.log': ['WEB01.example.org'], '/r/web01/nginx/access.log': [] })
    expect(hostOf('/r/web01/nginx/access.log')).toBe('WEB01.example.org')
    expect(hostsOf({ '/r/host.example.org/auth.log': ['host'] })('/r/host.example.org/access.log')).toBe('host')
    expect(hostsOf({}, { '/r/srv-a/app.json': ['SRV-A'] })('/r/srv-a/IIS/W3SVC1/u_ex.log')).toBe('SRV-A')
  })

  it('takes no folder that is not named after the host of its logs', () => {
    expect(hostsOf({ '/var/log/auth.log': ['web01'] })('/var/log/nginx/access.log')).toBeUndefined()
    expect(hostsOf({ '/r/2026-11-26/auth.log': ['web01'] })('/r/2026-11-26/access.log')).toBeUndefined()
  })

  it('takes no folder with the logs of several hosts, whatever its name', () => {
    const hostOf = hostsOf({ '/logs/logs.log': ['logs'], '/logs/web02.log': ['web02'], '/logs/nginx/access.log': [] })
    expect(hostOf('/logs/nginx/access.log')).toBeUndefined()
    expect(hostsOf({}, { '/www/access.json': ['www', 'shop'] })('/www/error.log')).toBeUndefined()
  })

  it('takes a folder named after an address, if its logs name at most one host', () => {
    const hostOf = hostsOf({
      '/r/192.0.2.10/auth.log': ['web01'],
      '/r/192.0.2.11/access.log': [],
      '/r/192.0.2.12/a.log': ['x1'],
      '/r/192.0.2.12/b.log': ['x2'],
      '/r/127.0.0.1/access.log': [],
    })
    expect(hostOf('/r/192.0.2.10/access.log')).toBe('web01')
    expect(hostOf('/r/192.0.2.11/access.log')).toBe('192.0.2.11')
    expect(hostOf('/r/192.0.2.12/access.log')).toBeUndefined()
    expect(hostOf('/r/127.0.0.1/access.log')).toBeUndefined()
  })

  it('takes a folder like two or more of hosts beside it, if its name is like one', () => {
    const siblings = { '/r/web01/auth.log': ['web01'], '/r/web01/access.log': [], '/r/db1/auth.log': ['db1'] }
    const beside = { '/r/web02/access.log': [], '/r/merged/access.log': [], '/r/2026-11-26/access.log': [] }
    const hostOf = hostsOf({ ...siblings, ...beside, '/r/backup2/dump.log': [] })
    expect(hostOf('/r/web02/access.log')).toBe('web02')
    // No name of a host, and no log that the others have.
    for (const path of [...Object.keys(beside).slice(1), '/r/backup2/dump.log']) expect(hostOf(path)).toBeUndefined()
    // One other is too few: they may be the sites of this host.
    expect(hostsOf({ '/r/web01/auth.log': ['web01'], '/r/web02/auth.log': [] })('/r/web02/auth.log')).toBeUndefined()
    expect(hostsOf({ ...siblings, ...beside, '/r/x/y.log': ['other'] })('/r/web02/access.log')).toBeUndefined()
  })
})
