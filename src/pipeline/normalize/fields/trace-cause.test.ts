import { describe, expect, it } from 'vitest'
import { causeOf } from './trace-cause.ts'

describe('causeOf', () => {
  it.each<[name: string, trace: string, type: string | undefined, message?: string]>([
    [
      'Java',
      'java.lang.IllegalStateException: no stock\n\tat a.B(B.java:1)',
      'java.lang.IllegalStateException',
      'no stock',
    ],
    [
      'Java, nested',
      'a.b.CartException: failed\n\tat a.B(B.java:1)\nCaused by: java.net.ConnectException: refused\n\t... 12 more',
      'java.net.ConnectException',
      'refused',
    ],
    [
      '.NET, nested',
      'System.Exception: failed\n ---> System.Net.Sockets.SocketException (111): Connection refused\n   at A.B()',
      'System.Net.Sockets.SocketException',
      'Connection refused',
    ],
    [
      'Python',
      'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 7\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 3\nValueError: bad',
      'ValueError',
      'bad',
    ],
    ['calls alone', '    at f (/a.js:1:2)\n    at g (/b.js:3:4)', undefined],
    ['other lines', 'SELECT 1\nFROM a: b', undefined],
  ])('finds that of %s', (_, trace, type, message) => {
    expect(causeOf(trace)).toEqual(type === undefined ? undefined : { type, message })
  })
})
