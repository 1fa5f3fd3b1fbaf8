import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordBatch, UnnumberedBatch } from '../schema/record/record.ts'
import { batchesOf } from './batches.fake.ts'
import { decodeJob, encodeJob } from './job-payload.ts'
import { createRecordJobs } from './record-jobs.ts'

const line = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\n', '\uFEFF{"a":"é"}', 'half a pair \uD800', 'x'.repeat(3_000)),
)
const batch = fc
  .record({
    partition: fc.nat(2),
    source: fc.constantFrom('a', 'b', 'Überwachung'),
    receivedAt: fc.constantFrom(0, 1_700_000_000_000),
    texts: fc.oneof(
      fc.array(line, { maxLength: 5 }),
      line.map((text) => Array.from({ length: 200 }, (_, index) => `${index} ${text}`)),
    ),
    file: fc.option(fc.constantFrom('/var/log/a.log', '/b'), { nil: undefined }),
    zoneMinutes: fc.option(fc.constantFrom(0, 120), { nil: undefined }),
    format: fc.option(fc.constant('splunk'), { nil: undefined }),
    map: fc.option(fc.constant({ time: 'when' }), { nil: undefined }),
    numbered: fc.boolean(),
    peered: fc.boolean(),
  })
  .map(({ numbered, peered, ...rest }): UnnumberedBatch => {
    const { texts } = rest
    return {
      ...rest,
      ...(numbered && { lines: texts.map((_, index) => index + 1) }),
      ...(peered && { peers: texts.map(() => '192.0.2.1') }),
    }
  })

/** Numbers batches as the intake does. */
const numbered = (batches: readonly UnnumberedBatch[], gap = 0): readonly RecordBatch[] => {
  const next = new Map<number, number>()
  return batches.map((one) => {
    const first = next.get(one.partition) ?? 2 ** 40
    next.set(one.partition, first + one.texts.length + gap)
    return { ...one, first }
  })
}

const byPartition = (batches: readonly RecordBatch[]) =>
  [...Map.groupBy(batches, ({ partition }) => partition).values()].flat()

describe('jobs of records', () => {
  it('return every batch as it came, prepared or not, numbered with gaps or without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { maxLength: 30 }),
        fc.boolean(),
        fc.nat(1),
        fc.nat(30),
        async (given, isPrepared, gap, left) => {
          const jobs = createRecordJobs()
          if (isPrepared) await jobs.prepare(given)
          // Some batches may turn out to be known, and are left out.
          const batches = numbered(given, gap).filter((_, index) => index !== left)
          const made = jobs.of(batches)
          expect(made.flatMap(({ payload }) => batchesOf(decodeJob('records', payload)))).toEqual(
            byPartition(batches).filter(({ texts }) => texts.length > 0),
          )
          expect(made.reduce((sum, { count }) => sum + count, 0)).toBe(batches.flatMap(({ texts }) => texts).length)
          for (const { payload, partition, bytes } of made) {
            expect(bytes).toBe(payload.length)
            for (const one of batchesOf(decodeJob('records', payload))) expect(one.partition).toBe(partition)
          }
        },
      ),
    )
  })

  it('take what was prepared instead of packing again', async () => {
    const texts = Array.from({ length: 4_000 }, (_, index) => `line ${index} of a log whose lines are long`)
    const given = [{ partition: 0, source: 'a', receivedAt: 0, texts }]
    const jobs = createRecordJobs()
    await jobs.prepare(given)
    // A change shows what was read again.
    texts[0] = 'changed'
    const read = (batches: readonly RecordBatch[]) =>
      jobs.of(batches).flatMap(({ payload }) => batchesOf(decodeJob('records', payload)).flatMap((one) => one.texts[0]))
    expect(read(numbered(given))).toEqual(['line 0 of a log whose lines are long'])
    expect(read(numbered(given.map((one) => ({ ...one, texts: [...one.texts] }))))).toEqual(['changed'])
  })

  it('join small batches of alternating sources in one job, and keep a few heads for all of them', () => {
    const batches = numbered(
      Array.from({ length: 2_000 }, (_, index) => ({
        partition: 0,
        source: `app-${index % 4}`,
        receivedAt: 0,
        texts: [`${index} ok`],
      })),
    )
    const jobs = createRecordJobs().of(batches)
    expect(jobs).toHaveLength(1)
    expect(jobs[0]?.size).toBeLessThan(Buffer.byteLength(JSON.stringify(batches)) / 4)
  })

  it('are read in the layout of earlier versions', () => {
    const batches = numbered([{ partition: 1, source: 'a', receivedAt: 0, texts: ['x', 'y'.repeat(20_000)] }])
    expect(batchesOf(decodeJob('records', encodeJob<'records'>(batches).payload))).toEqual(batches)
  })

  it('refuse what is cut off', () => {
    const batches = numbered([{ partition: 0, source: 'a', receivedAt: 0, texts: ['one', 'two', 'three'] }])
    const payload = createRecordJobs().of(batches)[0]?.payload ?? new Uint8Array()
    for (let length = 1; length < payload.length; length++) {
      expect(() => decodeJob('records', payload.subarray(0, length))).toThrow()
    }
  })
})
