import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawRecord } from '../../schema/record/record.ts'
import { toBatches } from './record-batches.ts'

const record = (text: string, more: Partial<RawRecord> = {}): RawRecord => ({
  text,
  source: 'auth',
  receivedAt: 1000,
  ...more,
})

const map = { time: 'wann' }

describe('toBatches', () => {
  it('keeps every text, its file and its line, in order', () => {
    const records = fc.array(
      fc.record({
        text: fc.string(),
        source: fc.constant('auth'),
        receivedAt: fc.integer({ min: 0, max: 5000 }),
        file: fc.constantFrom('a.log', 'b.log', undefined),
        line: fc.constantFrom(1, 2, undefined),
        zoneMinutes: fc.constantFrom(60, undefined),
        fileZone: fc.constantFrom(120, undefined),
        host: fc.constantFrom('web01', 'db1', undefined),
        map: fc.constantFrom(map, undefined),
        peer: fc.constantFrom('10.0.0.1', '10.0.0.2', undefined),
      }),
    )
    fc.assert(
      fc.property(records, (given) => {
        const back = toBatches(given).flatMap(({ texts, lines, peers, file, zoneMinutes, fileZone, host, map }) =>
          texts.map((text, index) => ({
            text,
            file,
            zoneMinutes,
            fileZone,
            host,
            map,
            line: lines?.[index],
            peer: peers?.[index],
          })),
        )
        expect(back).toEqual(
          given.map(({ text, file, zoneMinutes, fileZone, host, map, line, peer }) => ({
            text,
            file,
            zoneMinutes,
            fileZone,
            host,
            map,
            line,
            peer,
          })),
        )
      }),
    )
  })

  it('limits batches to 4,096 texts and 4 MB', () => {
    expect(toBatches(Array.from({ length: 10_000 }, () => record('x'))).map((batch) => batch.texts.length)).toEqual([
      4096, 4096, 1808,
    ])
    const large = record('y'.repeat(3 * 1024 * 1024))
    expect(toBatches([large, large, record('z')]).map((batch) => batch.texts.length)).toEqual([1, 2])
  })

  it('groups records that arrived within a second', () => {
    const arrived = [0, 400, 1000, 1001, 1500].map((receivedAt) => record('x', { receivedAt }))
    expect(toBatches(arrived).map((batch) => [batch.receivedAt, batch.texts.length])).toEqual([
      [0, 3],
      [1001, 2],
    ])
  })

  it('returns no batch without records', () => {
    expect(toBatches([])).toEqual([])
  })
})
