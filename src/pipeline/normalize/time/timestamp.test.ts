import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../../test/any-character.ts'
import { fromEpoch, readTimestamp, toStamp } from './timestamp.ts'

const place = { receivedAt: Date.UTC(2026, 0, 1, 0, 30) }

/** Text, the expected time, and whether a part of it is guessed. */
const cases: [text: string, iso: string, guessed: boolean][] = [
  ['2026-03-04T05:06:07Z', '2026-03-04T05:06:07.000Z', false],
  ['2026-03-04T05:06:07.123456789Z', '2026-03-04T05:06:07.123Z', false],
  ['2026-03-04T05:06:07,5+0130', '2026-03-04T03:36:07.500Z', false],
  ['2026-03-04 05:06:07.123 -07:00', '2026-03-04T12:06:07.123Z', false],
  ['2026-03-04T05:06Z', '2026-03-04T05:06:00.000Z', false],
  ['2026/03/04 05:06:07', '2026-03-04T05:06:07.000Z', true],
  ['2026-03-04 05:06:07 UTC', '2026-03-04T05:06:07.000Z', false],
  ['2026-03-04 05:06:07 CET', '2026-03-04T04:06:07.000Z', false],
  ['2026-03-04, 05:06:07', '2026-03-04T05:06:07.000Z', true],
  ['2005-06-03-15.42.50.675872', '2005-06-03T15:42:50.675Z', true],
  ['2026-03-04-05.06.07.123456+060', '2026-03-04T04:06:07.123Z', false],
  ['2026-03-04-05.06.07.123456-300', '2026-03-04T10:06:07.123Z', false],
  ['Mar 14 2025 05:06:07', '2025-03-14T05:06:07.000Z', true],
  ['Wed Oct 11 14:32:52.5 2000', '2000-10-11T14:32:52.500Z', true],
  ['Wed Oct 11 14:32:52 CEST 2000', '2000-10-11T12:32:52.000Z', false],
  ['Mon, 02 Jan 2006 15:04:05 GMT', '2006-01-02T15:04:05.000Z', false],
  ['2014 Dec 20 09:29:47', '2014-12-20T09:29:47.000Z', true],
  ['10/Oct/2000:13:55:36 -0700', '2000-10-10T20:55:36.000Z', false],
  ['17/06/09 20:10:40', '2017-06-09T20:10:40.000Z', true],
  ['3/14/2026 9:00:07 PM', '2026-03-14T21:00:07.000Z', true],
  ['3/14/2026, 9:00:07.125 PM', '2026-03-14T21:00:07.125Z', true],
  ['3/14/2026 12:00:07.125 AM', '2026-03-14T00:00:07.125Z', true],
  ['3/14/2026, 9:00:07\u202fPM', '2026-03-14T21:00:07.000Z', true],
  ['Mar 14, 2026 @ 21:00:07.125', '2026-03-14T21:00:07.125Z', true],
  ['03/04/2026 12:00:07 AM', '2026-03-04T00:00:07.000Z', true],
  ['14/03/2026 09:00:07 p. m.', '2026-03-14T21:00:07.000Z', true],
  ['14/03/2026 12:00:07 a.m.', '2026-03-14T00:00:07.000Z', true],
  ['14.03.2026 09:00:08', '2026-03-14T09:00:08.000Z', true],
  ['10 Nov 2022 09:21:53.955363', '2022-11-10T09:21:53.955Z', true],
  ['10-Nov-2022 09:21:53', '2022-11-10T09:21:53.000Z', true],
  ['081109 203615', '2008-11-09T20:36:15.000Z', true],
  ['20260304T050607Z', '2026-03-04T05:06:07.000Z', false],
  ['20260304 05:06:07', '2026-03-04T05:06:07.000Z', true],
  ['1117838570', '2005-06-03T22:42:50.000Z', false],
  ['1772528400.250', '2026-03-03T09:00:00.250Z', false],
  ['2026.03.04-05.06.07:123', '2026-03-04T05:06:07.123Z', true],
  ['04Mar2026 05:06:07.123', '2026-03-04T05:06:07.123Z', true],
  ['04.03.26 05:06:07', '2026-03-04T05:06:07.000Z', true],
  ['04.03.26, 05:06:07', '2026-03-04T05:06:07.000Z', true],
  ['2026年3月4日 05:06:07', '2026-03-04T05:06:07.000Z', true],
  ['2026年03月04日5時6分7秒', '2026-03-04T05:06:07.000Z', true],
  ['mar/04/2026 05:06:07', '2026-03-04T05:06:07.000Z', true],
  ['03/14/2026 - 05:06:07', '2026-03-14T05:06:07.000Z', true],
  ['20 nov. 2025 05:06:07', '2025-11-20T05:06:07.000Z', true],
  ['20-Okt-2025 05:06:07', '2025-10-20T05:06:07.000Z', true],
  ['20 März 2025 05:06:07', '2025-03-20T05:06:07.000Z', true],
  ['20 dic 2025 05:06:07', '2025-12-20T05:06:07.000Z', true],
  ['20 août 2025 05:06:07', '2025-08-20T05:06:07.000Z', true],
  ['20. März 2025 05:06:07', '2025-03-20T05:06:07.000Z', true],
  ['4. Mai 2025 05:06:07', '2025-05-04T05:06:07.000Z', true],
  ['26. Nov 05:06:07', '2025-11-26T05:06:07.000Z', true],
  ['26 déc. 05:06:07.123', '2025-12-26T05:06:07.123Z', true],
  ['Okt 26 05:06:07', '2025-10-26T05:06:07.000Z', true],
  ['Mär  6 05:06:07', '2025-03-06T05:06:07.000Z', true],
  ['mai 26 05:06:07', '2025-05-26T05:06:07.000Z', true],
  ['févr. 06 05:06:07', '2025-02-06T05:06:07.000Z', true],
  ['juil. 26 05:06:07', '2025-07-26T05:06:07.000Z', true],
  ['juin 26 05:06:07', '2025-06-26T05:06:07.000Z', true],
  ['août 26 05:06:07', '2025-08-26T05:06:07.000Z', true],
  ['ago 26 05:06:07', '2025-08-26T05:06:07.000Z', true],
  ['gen 26 05:06:07', '2025-01-26T05:06:07.000Z', true],
  ['out 26 05:06:07', '2025-10-26T05:06:07.000Z', true],
  ['mrt 26 05:06:07', '2025-03-26T05:06:07.000Z', true],
  ['20.03.2025;05:06:07', '2025-03-20T05:06:07.000Z', true],
  ['20-Nov-2025::05:06:07', '2025-11-20T05:06:07.000Z', true],
  ['3/14/26 5:06:07:123 CET', '2026-03-14T04:06:07.123Z', false],
  ['04-Mar-2026 05:06:07 Europe/Berlin', '2026-03-04T04:06:07.000Z', false],
  ['04-Jul-2026 05:06:07 America/Argentina/Buenos_Aires', '2026-07-04T08:06:07.000Z', false],
  // The last hour of summer time comes twice; an hour that is skipped counts as winter time.
  ['2026-10-25 01:30:00 Europe/Berlin', '2026-10-24T23:30:00.000Z', false],
  ['2026-10-25 03:30:00 Europe/Berlin', '2026-10-25T02:30:00.000Z', false],
  // Without a year: the latest time that is not in the future.
  ['Jan  1 00:10:00', '2026-01-01T00:10:00.000Z', true],
  ['Jan  1 09:00:00', '2026-01-01T09:00:00.000Z', true],
  ['Dec 31 23:59:59', '2025-12-31T23:59:59.000Z', true],
  ['Jun 15 12:00:00', '2025-06-15T12:00:00.000Z', true],
  ['Feb 29 12:00:00.25', '2024-02-29T12:00:00.250Z', true],
]

describe('readTimestamp', () => {
  it.each(cases)('reads %s', (text, iso, guessed) => {
    const stamp = readTimestamp(text, 0, place)
    expect(stamp && new Date(stamp.time).toISOString()).toBe(iso)
    expect(stamp?.guessed).toBe(guessed)
    expect(stamp?.end).toBe(text.length)
  })

  it('leaves a path that looks like a region to the message', () => {
    const stamp = readTimestamp('2026-03-04 05:06:07 Europe/Nowhere gone', 0, place)
    expect([stamp?.end, stamp?.guessed]).toEqual([19, true])
  })

  it.each([
    '2026年13月4日 05:06:07',
    '20 jui 2025 05:06:07',
    '20 Katzen 2025 05:06:07',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-04T24:00:00Z',
    '2026-03-04T05:60:00Z',
    'Feb 30 00:00:00',
    'Marble 12 is heavy',
    '31/Feb/2026:00:00:00 +0000',
    '12345',
    '999999 999999',
    '2026-03-04',
    '',
  ])('finds no time in %j', (text) => expect(readTimestamp(text, 0, place)).toBeUndefined())

  it('interprets times without a zone in the zone of their source', () => {
    const stamp = readTimestamp('2026-03-04 05:06:07', 0, { ...place, zoneMinutes: 120 })
    expect(stamp).toEqual({ time: Date.UTC(2026, 2, 4, 3, 6, 7), end: 19, guessed: false })
  })

  it('reads 1 January on 31 December as tomorrow', () => {
    const late = { receivedAt: Date.UTC(2025, 11, 31, 23, 30) }
    expect(readTimestamp('Jan  1 00:00:01', 0, late)?.time).toBe(Date.UTC(2026, 0, 1, 0, 0, 1))
  })

  it('round-trips every ISO time', () => {
    const times = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) })
    fc.assert(
      fc.property(times, fc.constantFrom('T', ' '), (time, between) => {
        const text = new Date(time).toISOString().replace('T', between)
        expect(readTimestamp(text, 0, place)?.time).toBe(time)
      }),
    )
  })

  it('never throws, at any position', () => {
    const text = fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom(...cases.map(([given]) => given)))
    fc.assert(fc.property(text, fc.nat(30), (given, at) => void readTimestamp(given, at, place)))
  })
})

describe('toTime', () => {
  it('distinguishes seconds, ms, µs and ns by magnitude', () => {
    const expected = 1_772_528_400_000
    for (const value of [1_772_528_400, 1_772_528_400_000, 1_772_528_400_000_000, 1_772_528_400_000_000_000]) {
      expect(fromEpoch(value)).toBe(expected)
      expect(toStamp(String(value), place)?.time).toBe(expected)
    }
  })

  it('keeps the last millisecond of ns, which exceed the precision of a number', () => {
    for (const ms of [1_438_196_652_394, 1_438_191_704_747, 1_772_528_400_001])
      expect(fromEpoch(Number(`${ms}000000`))).toBe(ms)
  })

  it.each([0, -1, 42, Number.NaN, Number.POSITIVE_INFINITY, '', 'now', '12', '2026-03-04 and more text', null, {}])(
    'takes %j for no time',
    (value) => expect(toStamp(value, place)).toBeUndefined(),
  )
})
