import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readStamp, writeStamp } from './restamp.ts'

const near = Date.parse('2026-11-20T00:00:00Z')
const hour = 3_600_000
const moved = (line: string): string => {
  const stamp = readStamp(line, near)
  return stamp ? writeStamp(line, stamp, stamp.time + hour) : line
}

describe('times of lines', () => {
  it.each([
    ['Nov 20 09:15:02 web-01 sshd[1]: x', 'Nov 20 10:15:02 web-01 sshd[1]: x'],
    ['Nov 20 23:30:00 web-01 sshd[1]: x', 'Nov 21 00:30:00 web-01 sshd[1]: x'],
    ['Nov  9 09:15:02 web-01 sshd[1]: x', 'Nov  9 10:15:02 web-01 sshd[1]: x'],
    // the year changes where none is written
    ['Dec 31 23:30:00 web-01 sshd[1]: x', 'Jan  1 00:30:00 web-01 sshd[1]: x'],
    ['2026-11-20 09:15:02.120 UTC [7] LOG:  x', '2026-11-20 10:15:02.120 UTC [7] LOG:  x'],
    ['2026/11/20 09:15:02 [error] 7#7: *1 x', '2026/11/20 10:15:02 [error] 7#7: *1 x'],
    [
      '192.0.2.7 - - [20/Nov/2026:23:15:02 +0000] "GET / HTTP/1.1" 200 1 "-" "-"',
      '192.0.2.7 - - [21/Nov/2026:00:15:02 +0000] "GET / HTTP/1.1" 200 1 "-" "-"',
    ],
    // what syslog carries for nginx
    [
      'Nov 20 09:15:02 web nginx: 192.0.2.7 - - [20/Nov/2026:09:15:01 +0000] "GET / HTTP/1.1" 200 1 "-" "-"',
      'Nov 20 10:15:02 web nginx: 192.0.2.7 - - [20/Nov/2026:10:15:01 +0000] "GET / HTTP/1.1" 200 1 "-" "-"',
    ],
    [
      'Nov 20 09:15:02 web nginx: 2026/11/20 09:15:02 [error] 7#7: *1 x',
      'Nov 20 10:15:02 web nginx: 2026/11/20 10:15:02 [error] 7#7: *1 x',
    ],
    // no time at the place where the format has it
    ['\tat Nov 20 09:15:02', '\tat Nov 20 09:15:02'],
    ['', ''],
  ])('moves %s', (line, later) => {
    expect(moved(line)).toBe(later)
  })

  it('reads back what it wrote, in every form', () => {
    const forms = [
      'Nov 20 09:15:02 h x',
      '2026-11-20 09:15:02.120 UTC x',
      '2026/11/20 09:15:02 [error] x',
      'a - - [20/Nov/2026:09:15:02 +0000] "x"',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...forms), fc.integer({ min: -180 * 24, max: 180 * 24 }), (line, hours) => {
        const stamp = readStamp(line, near)
        if (!stamp) throw new Error(line)
        const time = stamp.time + hours * hour
        expect(readStamp(writeStamp(line, stamp, time), time)?.time).toBe(time)
      }),
    )
  })
})
