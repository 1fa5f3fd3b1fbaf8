import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../test/depth.ts'
import { asWaiting } from '../queue/records-payload.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import { chunkRecords, cutRecords } from './cut-records.ts'

const batches = fc
  .array(fc.record({ size: fc.nat(3 * chunkRecords), hasLines: fc.boolean(), hasPeers: fc.boolean() }), {
    maxLength: 8,
  })
  .map((sizes) => {
    let first = 0
    return sizes.map(({ size, hasLines, hasPeers }): RecordBatch => {
      const batch = {
        partition: 0,
        first,
        source: 'auth',
        receivedAt: 0,
        texts: Array.from({ length: size }, (_, index) => `line ${first + index}`),
        ...(hasLines && { lines: Array.from({ length: size }, (_, index) => first + index) }),
        ...(hasPeers && { peers: Array.from({ length: size }, (_, index) => `10.0.0.${first + index}`) }),
      }
      first += size
      return batch
    })
  })

const recordsOf = (all: readonly RecordBatch[]) =>
  all.flatMap(({ first, texts, lines, peers }) =>
    texts.map((text, index) => [first + index, text, lines?.[index], peers?.[index]]),
  )

describe('cutting records into chunks', () => {
  it('keeps every record, its number and its order, and fills each chunk but the last', () => {
    fc.assert(
      fc.property(batches, (all) => {
        const waiting = [asWaiting(all.slice(0, 2)), ...all.slice(2).map((batch) => asWaiting([batch]))]
        const chunks = cutRecords(waiting).map((take) => take())
        expect(recordsOf(chunks.flat())).toEqual(recordsOf(all))
        const sizes = chunks.map((chunk) => recordsOf(chunk).length)
        expect(sizes.slice(0, -1).every((size) => size === chunkRecords)).toBe(true)
        expect(sizes.at(-1)).toBeLessThanOrEqual(chunkRecords)
      }),
      { numRuns: runs(50) },
    )
  })

  it('returns one empty chunk for an empty batch, so that a clock tick passes', () => {
    expect(cutRecords([]).map((take) => take())).toEqual([[]])
  })
})
