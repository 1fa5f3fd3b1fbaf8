import { describe, expect, it } from 'vitest'
import { namedHost, partitionOf } from './partition.ts'

const partitionsOfHosts = (write: (host: string) => string, hosts: number, partitions: number) =>
  Array.from({ length: hosts }, (_, host) => partitionOf({ source: 'syslog', text: write(`web-${host}`) }, partitions))

describe('the partition of a record', () => {
  it.each([
    ['RFC 3164', '<38>Dec 10 09:32:20 Web-01 sshd[312]: Failed password'],
    ['RFC 3164 without a priority', 'Dec  1 09:32:20 web-01 sshd[312]: Failed password'],
    ['RFC 5424', '<165>1 2026-12-10T09:32:20.003Z web-01 app 312 ID47 - started'],
    ['an ISO time', '2026-12-10T09:32:20Z web-01 sshd[312]: Failed password'],
    ['an ISO time and a tag without a number', '2026-12-10T09:32:20+01:00 web-01 kernel: out of memory'],
    ['JSON', '{"@timestamp":"2026-12-10T09:32:20Z","host":{"id":"7","name":"web-01"},"message":"x"}'],
    ['flat JSON', '{"message":"x","hostname": "web-01"}'],
    ['a line in JSON', '{"message":"2026-12-10T09:32:20Z web-01 sshd[312]: Failed password for \\"x\\""}'],
    ['Windows', '{"EventID":4625,"Computer":"WEB-01"}'],
  ])('depends on the host in %s', (_format, text) => {
    expect(namedHost(text).toLowerCase()).toBe('web-01')
  })

  it.each([
    '2026-12-10T09:32:20Z INFO main: started',
    '2026-12-10T09:32:20Z ERROR worker[7]: stopped',
    '10.0.0.1 - - [10/Dec/2026:09:32:20 +0000] "GET / HTTP/1.1" 200 7',
    'level=info host=web-01 msg=started',
    '{"message":"no host"}',
    '',
  ])('depends on the source alone for %s', (text) => {
    expect(namedHost(text)).toBe('')
  })

  it('spreads hosts evenly, and does not depend on the rest of the line', () => {
    const first = partitionsOfHosts((host) => `Dec 10 09:32:20 ${host} sshd[312]: Failed password`, 4_000, 16)
    expect(partitionsOfHosts((host) => `Dec 11 10:00:00 ${host} cron: done`, 4_000, 16)).toEqual(first)
    const sizes = Array.from({ length: 16 }, (_, partition) => first.filter((one) => one === partition).length)
    expect(Math.min(...sizes)).toBeGreaterThan(200)
    expect(Math.max(...sizes)).toBeLessThan(300)
  })

  it('keeps lines of a host together that name it, and those that are in its folder', () => {
    const named = partitionsOfHosts((host) => `Dec 10 09:32:20 ${host} sshd[312]: Failed password`, 50, 16)
    const inFolder = Array.from({ length: 50 }, (_, host) =>
      partitionOf({ source: 'syslog', text: 'GET /', host: `WEB-${host}` }, 16),
    )
    expect(inFolder).toEqual(named)
  })

  it('differs between sources', () => {
    const text = 'Dec 10 09:32:20 web-01 sshd[312]: Failed password'
    const partitions = Array.from({ length: 50 }, (_, source) => partitionOf({ source: `s${source}`, text }, 16))
    expect(new Set(partitions).size).toBeGreaterThan(8)
  })
})
