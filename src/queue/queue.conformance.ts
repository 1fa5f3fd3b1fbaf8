import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../test/until.ts'
import { AppError } from '../errors.ts'
import type { Detection } from '../schema/detection/detection.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import { consumeBatches } from './batches.fake.ts'
import type { Queue } from './queue.ts'
import { describeSuspects } from './suspects.conformance.ts'

/** A queue in a place of its own, on a clock that the test moves. */
export interface QueueUnderTest<Tx> {
  readonly queue: Queue<Tx>
  transaction(work: (tx: Tx) => Promise<unknown>): Promise<unknown>
  /** Ends this one without any farewell, and opens another on the same data. */
  reopen(): Promise<QueueUnderTest<Tx>>
  end(): Promise<void>
}

interface QueueSettings {
  readonly now: () => number
  readonly maxRecords: number
}

/** Checks what every queue promises. `open` gives an empty one. */
export const describeQueue = <Tx>(name: string, open: (settings: QueueSettings) => Promise<QueueUnderTest<Tx>>) => {
  describe(`the queue ${name}`, () => {
    const opened: QueueUnderTest<Tx>[] = []
    afterEach(async () => {
      for (const each of opened.splice(0)) {
        await each.queue.close(0)
        await each.end()
      }
    })

    const start = async (maxRecords = 1_000_000) => {
      const clock = { time: 1_700_000_000_000 }
      const first = await open({ now: () => clock.time, maxRecords })
      opened.push(first)
      const publish = (batch: RecordBatch, { queue, transaction } = first) =>
        transaction((tx) => queue.publish('records', [batch], tx))
      const ring = (ids: readonly string[]) => first.transaction((tx) => first.queue.publish('alerts', ids, tx))
      const reopen = async (from: QueueUnderTest<Tx>) => {
        const next = await from.reopen()
        opened.splice(0, opened.length, next)
        return next
      }
      return { ...first, first, clock, publish, ring, reopen }
    }

    it('delivers each job once, in order', async () => {
      const { queue, publish } = await start()
      const seen: number[] = []
      consumeBatches(queue, async (batches) => void seen.push(...batches.map((batch) => batch.first)))
      for (let number = 0; number < 50; number++) await publish(batchOf(0, number))
      await queue.idle()
      expect(seen).toEqual(Array.from({ length: 50 }, (_, number) => number))
    })

    it('gives several small jobs as one delivery, and never more records than fit', async () => {
      const { queue, publish } = await start()
      for (let number = 0; number < 10; number++) await publish(batchOf(0, number * 1000, 1000))
      const sizes: number[] = []
      consumeBatches(queue, async (batches) => {
        sizes.push(batches.reduce((sum, batch) => sum + batch.texts.length, 0))
      })
      await queue.idle()
      expect(sizes).toEqual([4000, 4000, 2000])
    })

    it('keeps what is in a batch, and delivers nothing for an empty one', async () => {
      const { queue, publish } = await start()
      const batches: RecordBatch[] = [
        { ...batchOf(3, 7, 500), file: 'auth.log', lines: [1, 2], zoneMinutes: -60 },
        { ...batchOf(3, 507, 0), source: 'clock' },
        { ...batchOf(3, 507, 1), texts: ['nul \u0000, half \ud800 a pair, ü, "quoted"\n'] },
      ]
      for (const batch of batches) await publish(batch)
      const seen: RecordBatch[] = []
      consumeBatches(queue, async (items) => void seen.push(...items))
      await queue.idle()
      expect(seen).toEqual(batches.filter(({ texts }) => texts.length > 0))
    })

    it('hides what was published until its transaction is committed, and forgets it when it is not', async () => {
      const { queue, transaction } = await start()
      const seen: string[] = []
      queue.consume('alerts', async (ids) => void seen.push(...ids))
      const failed = transaction(async (tx) => {
        await queue.publish('alerts', ['never'], tx)
        throw new Error('rolled back')
      })
      await expect(failed).rejects.toThrow('rolled back')
      await transaction((tx) => queue.publish('alerts', ['a', 'b'], tx))
      await queue.idle()
      expect(seen).toEqual(['a', 'b'])
    })

    it('ends a job together with what its handler wrote, or not at all', async () => {
      const { queue, ring, clock } = await start()
      const rung: string[] = []
      let tries = 0
      queue.consume('incidents', async (ids) => void rung.push(...ids))
      queue.consume('alerts', async (ids, { transaction }) => {
        tries += 1
        await queue.publish('incidents', [`${ids[0]} try ${tries}`], await transaction())
        if (tries === 1) throw new Error('too early')
      })
      await ring(['a'])
      // The time of the next attempt is counted from when the failure is written down, a moment after the attempt.
      const time = setInterval(() => {
        clock.time += 2_000
      }, 20)
      await queue.idle()
      clearInterval(time)
      expect(rung).toEqual(['a try 2'])
    })

    it('tries a failed delivery again as it was, later, and counts the attempts', async () => {
      const { queue, publish, clock } = await start()
      const deliveries: string[] = []
      consumeBatches(queue, async (batches, { id, attempt }) => {
        deliveries.push(`${id} ${attempt} ${batches.map((batch) => batch.first).join('+')}`)
        if (attempt === 1 && deliveries.length === 1) throw new Error('not yet')
      })
      await publish(batchOf(0, 0))
      await until(() => deliveries.length === 1)
      // Later jobs of the same partition do not overtake.
      await publish(batchOf(0, 1))
      await pauseFor(300)
      expect(deliveries).toHaveLength(1)
      clock.time += 1_000
      await queue.idle()
      const id = deliveries[0]?.split(' ')[0]
      expect(deliveries.slice(0, 2)).toEqual([`${id} 1 0`, `${id} 2 0`])
      expect(deliveries[2]).toMatch(/ 1 1$/)
    })

    it('lets other partitions pass one that waits', async () => {
      const { queue, publish } = await start()
      const seen: number[] = []
      consumeBatches(queue, async (batches) => {
        if (batches.some((batch) => batch.partition === 1)) throw new Error('partition 1 is ill')
        seen.push(...batches.map((batch) => batch.first))
      })
      await publish(batchOf(1, 0))
      await until(async () => (await queue.depths()).some(({ ready }) => ready === 1))
      await pauseFor(300)
      await publish(batchOf(2, 10))
      await until(() => seen.length > 0)
      expect(seen).toEqual([10])
    })

    it('dead-letters a job that fails alone, with its reason, and continues with the others', async () => {
      const { queue, publish, clock } = await start()
      for (const number of [0, 1, 2]) await publish(batchOf(0, number))
      const seen: number[] = []
      let attempts = 0
      consumeBatches(queue, async (batches) => {
        attempts += 1
        if (batches.some((batch) => batch.first === 1)) throw new Error('number one is poison')
        seen.push(...batches.map((batch) => batch.first))
      })
      const time = setInterval(() => {
        clock.time += 10_000
      }, 20)
      await queue.idle()
      clearInterval(time)
      expect(seen).toEqual([0, 2])
      expect(attempts).toBeLessThanOrEqual(7)
      const [letter, ...others] = await queue.deadLetters()
      expect(others).toEqual([])
      expect(letter).toMatchObject({ topic: 'records', reason: 'number one is poison', attempts: 5, sources: ['test'] })
      expect(await queue.depths()).toContainEqual(
        expect.objectContaining({ topic: 'records', ready: 0, running: 0, dead: 1 }),
      )
    })

    it('puts a dead letter back when asked', async () => {
      const { queue, ring, clock } = await start()
      let ill = true
      const seen: string[] = []
      queue.consume('alerts', async (ids) => {
        if (ill) throw new Error('ill')
        seen.push(...ids)
      })
      const time = setInterval(() => {
        clock.time += 10_000
      }, 20)
      await ring(['a'])
      await queue.idle()
      clearInterval(time)
      ill = false
      const [letter] = await queue.deadLetters()
      expect(await queue.retry(letter?.id ?? '')).toBe(true)
      await queue.idle()
      expect(seen).toEqual(['a'])
      expect(await queue.deadLetters()).toEqual([])
      expect(await queue.retry(letter?.id ?? '')).toBe(false)
      expect(await queue.retry('nonsense')).toBe(false)
    })

    it('waits without counting attempts while a neighbour is away', async () => {
      const { queue, ring } = await start()
      const attempts: number[] = []
      queue.consume('alerts', async (_ids, { attempt }) => {
        attempts.push(attempt)
        if (attempts.length < 7) {
          throw new AppError('STORAGE_FULL', 'The disk is full.', { retryable: true, retryAfter: 0.01 })
        }
      })
      await ring(['a'])
      await queue.idle()
      expect(attempts).toEqual([1, 1, 1, 1, 1, 1, 1])
      expect(await queue.deadLetters()).toEqual([])
    })

    it('restores the memory before jobs that failed come together with others', async () => {
      const { queue, publish } = await start()
      const seen: string[] = []
      const memory = {
        restore: async () => void seen.push('restored'),
        save: async () => {},
      }
      consumeBatches(
        queue,
        async (batches) => {
          seen.push(batches.map(({ first }) => first).join('+'))
          if (seen.length < 4) throw new AppError('STORAGE_FULL', 'full', { retryable: true, retryAfter: 0.01 })
          if (batches.length === 1) {
            await publish(batchOf(0, 1))
            throw new AppError('STORAGE_FULL', 'full', { retryable: true, retryAfter: 0.01 })
          }
        },
        memory,
      )
      await publish(batchOf(0, 0))
      await queue.idle()
      // A delivery that comes again as it was is recognized by its id.
      expect(seen).toEqual(['restored', '0', '0', '0', 'restored', '0+1'])
    })

    it('refuses what is too much, as something to be tried again', async () => {
      const { queue, publish, clock } = await start(100)
      await publish(batchOf(0, 0, 60))
      await expect(publish(batchOf(0, 60, 60))).rejects.toMatchObject({
        code: 'QUEUE_FULL',
        retryable: true,
        retryAfter: expect.any(Number),
      })
      consumeBatches(queue, async () => {})
      await queue.idle()
      clock.time += 2_000
      await publish(batchOf(0, 60, 60))
      await queue.idle()
    })

    it('finishes running jobs on close and keeps waiting jobs', async () => {
      const { queue, publish, first, reopen } = await start()
      await publish(batchOf(0, 0, 4096))
      await publish(batchOf(0, 4096, 1))
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      const ended: number[] = []
      consumeBatches(queue, async (batches) => {
        begin()
        await pauseFor(50)
        ended.push(...batches.map((batch) => batch.first))
      })
      await begun
      await queue.close(5_000)
      expect(ended).toEqual([0])
      const next = await reopen(first)
      const later: number[] = []
      consumeBatches(next.queue, async (batches) => void later.push(...batches.map((batch) => batch.first)))
      await next.queue.idle()
      expect(later).toEqual([4096])
    })

    it('puts back what does not end in time', async () => {
      const { queue, publish, first, reopen } = await start()
      await publish(batchOf(0, 0))
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      const { promise: refused, resolve: refuse } = Promise.withResolvers<string>()
      consumeBatches(queue, async (_batches, { signal, transaction }) => {
        await transaction()
        begin()
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await pauseFor(20)
        await transaction().catch((error: AppError) => refuse(error.code))
      })
      await begun
      await queue.close(10)
      expect(await refused).toBe('UNAVAILABLE')
      const next = await reopen(first)
      const seen: number[] = []
      consumeBatches(next.queue, async (batches) => void seen.push(...batches.map((batch) => batch.first)))
      await next.queue.idle()
      expect(seen).toEqual([0])
    })

    it('gathers detections while records wait, but not for long', async () => {
      const { queue, publish, transaction, clock } = await start()
      const found = (id: string) => transaction((tx) => queue.publish('detections', [detectionOf(id)], tx))
      const waiting = async () => (await queue.depths()).find(({ topic }) => topic === 'detections')?.ready
      await publish(batchOf(0, 0))
      await publish(batchOf(0, 1, 4096))
      const handled: string[] = []
      const next = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      queue.consume('detections', async (items) => void handled.push(items.map(({ id }) => id).join('+')))
      consumeBatches(queue, async ([batch]) => {
        await found(`of ${batch?.first}`)
        await next[batch?.first ?? 0]?.promise
      })
      await until(async () => (await waiting()) === 1)
      await pauseFor(300)
      expect(handled).toEqual([])
      next[0]?.resolve()
      await until(async () => (await waiting()) === 2)
      clock.time += 3_000
      await until(() => handled.length > 0)
      expect(handled).toEqual(['of 0+of 1'])
      await found('late')
      next[1]?.resolve()
      await queue.idle()
      expect(handled).toEqual(['of 0+of 1', 'late'])
    })

    it('lets alerts gather after a slow delivery while records wait', async () => {
      const { queue, publish, ring } = await start()
      await publish(batchOf(0, 0))
      const records = Promise.withResolvers<void>()
      const handled: string[] = []
      consumeBatches(queue, () => records.promise)
      queue.consume('alerts', async (ids) => {
        handled.push(ids.join('+'))
        if (handled.length === 1) await pauseFor(500)
      })
      await ring(['a'])
      await until(() => handled.length > 0)
      await pauseFor(250)
      await ring(['b'])
      await ring(['c'])
      await pauseFor(300)
      expect(handled).toEqual(['a'])
      records.resolve()
      await queue.idle()
      expect(handled).toEqual(['a', 'b+c'])
    })

    it('reports how many jobs wait, and for how long', async () => {
      const { queue, publish, ring, clock } = await start()
      await publish(batchOf(0, 0, 30))
      await ring(['a', 'b'])
      clock.time += 5_000
      const depths = await queue.depths()
      expect(depths.map(({ topic, ready }) => [topic, ready])).toEqual([
        ['records', 30],
        ['facts', 0],
        ['detections', 0],
        ['alerts', 2],
        ['incidents', 0],
      ])
      expect(depths.map(({ oldestAge }) => oldestAge)).toEqual([5_000, 0, 0, 5_000, 0])
    })

    it('stops waiting for idleness when aborted', async () => {
      const { queue, ring } = await start()
      await ring(['nobody consumes this'])
      await expect(queue.idle(AbortSignal.timeout(50))).rejects.toThrow()
    })

    describeSuspects(() => open({ now: Date.now, maxRecords: 1_000_000 }))
  })
}

const detectionOf = (id: string): Detection => ({
  ...{ id, detector: 'sigma', kind: 'rule', type: 'other', severity: 'low', score: 0.3, learning: false },
  ...{ first_seen: '2026-01-15T10:00:00.000Z', last_seen: '2026-01-15T10:00:00.000Z', event_count: 1 },
  ...{ source: 'test', stream: 'test', title: 'A test', sentence: 'A test.', value: '1', usual: '0', dedup_key: id },
  ...{ contributions: [], evidence: [], entities: [], techniques: [] },
})

const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const batchOf = (partition: number, first: number, count = 1): RecordBatch => ({
  partition,
  first,
  source: 'test',
  receivedAt: 1_700_000_000_000,
  texts: Array.from({ length: count }, (_, index) => `line ${first + index} of the test`),
})
