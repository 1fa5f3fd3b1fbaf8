import { afterEach, beforeEach, expect, it } from 'vitest'
import { until } from '../../test/until.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import { consumeBatches } from './batches.fake.ts'
import type { QueueUnderTest } from './queue.conformance.ts'

/** Checks that every queue finds the job that ends the pipeline. `open` gives an empty one. */
export const describeSuspects = <Tx>(open: () => Promise<QueueUnderTest<Tx>>) => {
  const lives: QueueUnderTest<Tx>[] = []
  let hung = Promise.withResolvers<never>()
  beforeEach(() => {
    hung = Promise.withResolvers()
    hung.promise.catch(() => {})
  })
  afterEach(async () => {
    const last = lives.at(-1)
    hung.reject(new Error('The test is over.'))
    for (const { queue } of lives.splice(0)) await queue.close(0)
    await last?.end()
  })

  const begin = async () => {
    const first = await open()
    lives.push(first)
    return first
  }
  /** Ends the last life like `kill -9`, and begins the next one. */
  const beginAgain = async () => {
    const next = await lives.at(-1)?.reopen()
    if (!next) throw new Error('There is no life to end.')
    lives.push(next)
    return next
  }
  const letters = async ({ queue }: QueueUnderTest<Tx>) =>
    (await queue.deadLetters()).map(({ id: _, failedAt: __, ...letter }) => letter)

  it('puts only the record aside that ends the pipeline each time', { timeout: 120_000 }, async () => {
    const first = await begin()
    const batches = [batchOf(0, 700), batchOf(700, 1), batchOf(701, 4000), batchOf(4701, 3)]
    const poison = 'line 1234'
    for (const batch of batches) await first.transaction((tx) => first.queue.publish('records', [batch], tx))
    const seen: string[] = []
    let ends = 0
    for (let life = first; ; life = await beginAgain()) {
      const before = ends
      consumeBatches(life.queue, async (some, { transaction }) => {
        const texts = some.flatMap((batch) => batch.texts)
        if (texts.includes(poison)) {
          ends += 1
          return hung.promise
        }
        await transaction()
        seen.push(...texts)
      })
      await until(async () => ends > before || !(await life.queue.hasJobs(['records'])), 'an end, or no more jobs')
      if (ends === before) break
    }
    expect(ends).toBe(6)
    expect(seen).toEqual(batches.flatMap(({ texts }) => texts).filter((text) => text !== poison))
    const [last] = lives.slice(-1)
    expect(last && (await letters(last))).toEqual([
      {
        ...{ topic: 'records', reason: 'Ended the pipeline 3 times while it was worked on alone.', attempts: 3 },
        ...{ count: 1, sources: ['test'], streams: [], place: '203.0.113.1' },
      },
    ])

    // Once its cause is repaired, it can be retried, although it still comes alone.
    const letter = (await last?.queue.deadLetters())?.[0]
    expect(await last?.queue.retry(letter?.id ?? '')).toBe(true)
    await last?.queue.close(0)
    const repaired = await beginAgain()
    const late: RecordBatch[] = []
    consumeBatches(repaired.queue, async (some) => void late.push(...some))
    await repaired.queue.idle()
    expect(late).toEqual([batchOf(1234, 1)])
    expect(await letters(repaired)).toEqual([])
  })

  it('does not blame a job that was stopped in an orderly way', { timeout: 120_000 }, async () => {
    const first = await begin()
    await first.transaction((tx) => first.queue.publish('alerts', ['slow'], tx))
    let begun = 0
    for (let life = first; begun < 9; life = await beginAgain()) {
      const before = begun
      life.queue.consume('alerts', async (_ids, { signal }) => {
        begun += 1
        if (begun === 1) return hung.promise
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        throw new Error('stopped')
      })
      await until(() => begun > before)
      if (begun > 1) await life.queue.close(0)
    }
    const last = await beginAgain()
    const seen: string[] = []
    last.queue.consume('alerts', async (ids) => void seen.push(...ids))
    await last.queue.idle()
    expect(seen).toEqual(['slow'])
    expect(await letters(last)).toEqual([])
  })

  it('works on nothing else beside a suspect', { timeout: 60_000 }, async () => {
    const first = await begin()
    for (const topic of ['alerts', 'incidents'] as const)
      await first.transaction((tx) => first.queue.publish(topic, ['a'], tx))
    let begun = 0
    for (const topic of ['alerts', 'incidents'] as const)
      first.queue.consume(topic, () => {
        begun += 1
        return hung.promise
      })
    await until(() => begun === 2)
    const next = await beginAgain()
    let running = 0
    const most: number[] = []
    for (const topic of ['alerts', 'incidents'] as const)
      next.queue.consume(topic, async () => {
        running += 1
        most.push(running)
        await new Promise((resolve) => setTimeout(resolve, 300))
        running -= 1
      })
    await next.queue.idle()
    expect(most).toEqual([1, 1])
  })
}

const batchOf = (first: number, count: number): RecordBatch => ({
  partition: 0,
  first,
  source: 'test',
  receivedAt: 1_700_000_000_000,
  texts: Array.from({ length: count }, (_, index) => `line ${first + index}`),
  peers: Array.from({ length: count }, (_, index) => `203.0.113.${(first + index) === 1234 ? 1 : 2}`),
})
