import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../parse-record.ts'

const timeOf = (text: string): string | undefined => {
  const { time } = parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14) })
  return time === undefined ? undefined : new Date(time).toISOString()
}

describe('a time within a line', () => {
  it.each([
    'The certificate of shop.example.org expires on 2026-12-10 09:32:20',
    'certificate renewed, valid until 2027-03-01 10:00:00 UTC',
    'certificate check: Not After : Mar 01 10:00:00 2027 GMT',
    'nothing changed since Dec 10 09:32:20 2026, going to sleep',
    'cannot read backup from 2026-12-10 09:32:20',
    'Python 3.11.2 (main, Apr 28 2026, 14:11:48) [GCC 12.2.0] on linux',
    'checked shop.example.org expires=2026-12-10T09:32:20Z days=-4',
    'token of kim expires at 2026-12-10 09:32:20',
    'The certificate of shop.example.org expired at 2026-12-10T09:32:20Z',
    'license check: Expiry date: 2026-12-10 09:32:20',
    'Expires: 2026-12-10 09:32:20',
    'certificate check: Not After : Dec 10 09:32:20 2026 GMT',
    'certificate check: notAfter=Dec 10 09:32:20 2026 GMT',
    'invoice 4711 was due at 2026-12-10 09:32:20',
    'account of kim is locked, valid until: "2026-12-10 09:32:20"',
    'up since: 2026-12-10 09:32:20',
    'lease of 192.0.2.7 (expires at 2026-12-10 09:32:20)',
    'Next run of cleanup "2027-03-01T10:00:00Z"',
  ])('is none of the line if the line only mentions it: %s', (text) => expect(timeOf(text)).toBeUndefined())

  it.each([
    'ERROR 2026-12-10 09:32:20 failed',
    'web-1 app 2026-12-10 09:32:20 failed to start',
    'sensor[4711]: 2026-12-10 09:32:20 failed',
    '[app] [2026-12-10 09:32:20] production.ERROR: failed',
    '10.0.0.1 - [2026-12-10 09:32:20] failed',
    'job nightly-import on worker 7 was enqueued at 2026-12-10T09:32:20Z',
    'Backup of data (2026-12-10 09:32:20) failed',
    'removed 3 expired sessions at 2026-12-10 09:32:20',
    'expired sessions were removed at 2026-12-10 09:32:20',
    'Started GET "/" for 127.0.0.1 at 2026-12-10 09:32:20 +0000',
    'Processing PayController#index (for 127.0.0.1 at 2026-12-10 09:32:20) [GET]',
    'checked shop.example.org timestamp=2026-12-10T09:32:20Z days=-4',
  ])('is that of the line: %s', (text) => expect(timeOf(text)).toBe('2026-12-10T09:32:20.000Z'))
})
