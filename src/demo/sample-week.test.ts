import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { silentLog } from '../component.ts'
import type { AppError } from '../errors.ts'
import type { RawRecord } from '../schema/record/record.ts'
import { sampleIncident } from '../store/samples.conformance.ts'
import { openSampleWeek } from './sample-week.ts'

const record = (source: string): RawRecord => ({
  source,
  text: 'Jan 15 10:00:00 own-host app[1]: hello',
  receivedAt: 0,
})

/** A database and a pipeline whose answers come late. */
const prepare = async (saved = new Map<string, string>()) => {
  const accepted: string[] = []
  const done: string[] = []
  let events = 0
  let waiting = 0
  const removal = Promise.withResolvers<void>()
  const late = () => sleep(5)
  const program = new AbortController()
  const week = await openSampleWeek<undefined>({
    folder: join(import.meta.dirname, '../../samples'),
    store: {
      async transaction(work) {
        await late()
        return work(undefined)
      },
      events: {
        async count() {
          await late()
          return { events }
        },
      },
      incidents: { list: async () => ({ items: [] }) },
      sourceData: {
        async remove(_prefix, within) {
          await removal.promise
          await within(undefined)
          done.push('removed')
          return { events, detections: 0, alerts: 0, incidents: 0 }
        },
      },
      intake: {
        readCursor: async (_source, key) => saved.get(key),
        saveCursor: async (_source, key, position) => void saved.set(key, position),
      },
    },
    intake: {
      async accept(records) {
        const sources = [...new Set(records.map(({ source }) => source))]
        await late()
        accepted.push(...sources)
        waiting += records.length
        return { accepted: records.length, rejected: [], warnings: [], repeated: false }
      },
    },
    queue: {
      async idle(signal) {
        await late()
        signal?.throwIfAborted()
        events += waiting
        waiting = 0
      },
      depths: async () => [{ ready: waiting, running: 0 }],
    },
    tick: async () => {},
    forget: async () => void done.push('forgotten'),
    now: Date.now,
    log: silentLog,
    signal: program.signal,
  })
  return { week, accepted, done, removal, program }
}

const conflict = expect.objectContaining({ code: 'CONFLICT' }) satisfies AppError

it('does not load the week beside real records, even if none of them is stored yet', async () => {
  for (const wait of [0, 2, 7]) {
    const { week, accepted } = await prepare()
    const sent = week.intake.accept([record('own')])
    await sleep(wait)
    await expect(week.operations.load(), `${wait}`).rejects.toEqual(conflict)
    await sent
    expect(await week.start()).toBe(false)
    expect(accepted).toEqual(['own'])
  }
})

it('removes the week for real records that come while it begins to load', async () => {
  for (const wait of [0, 7, 12]) {
    const { week, accepted, removal } = await prepare()
    removal.resolve()
    const load = week.operations.load().catch((error: unknown) => error)
    await sleep(wait)
    await week.intake.accept([record('own')])
    await load
    await sleep(20)
    expect(accepted.indexOf('own'), `${wait}`).toBe(accepted.length - 1)
  }
})

it('loads the week once', async () => {
  const { week, accepted } = await prepare()
  const loads = await Promise.allSettled([week.operations.load(), week.operations.load()])
  expect(loads.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await expect.poll(async () => (await week.operations.status()).state, { timeout: 30_000 }).toBe('loaded')
  await expect(week.operations.load()).rejects.toEqual(conflict)
  expect(accepted.length).toBeGreaterThan(10)
})

it('lets the pipeline not fall asleep during a removal, which it would end by saving what it has learnt from the week', async () => {
  const { week, done, removal } = await prepare()
  await week.operations.load()
  await expect.poll(async () => (await week.operations.status()).state, { timeout: 30_000 }).toBe('loaded')
  expect(await week.isUnused()).toBe(true)
  const removed = week.operations.remove()
  await expect.poll(() => week.isUnused()).toBe(false)
  // One that was falling asleep before has woken up, so it has saved all that it will save.
  await expect.poll(() => done).toEqual(['forgotten'])
  removal.resolve()
  await removed
  expect(done).toEqual(['forgotten', 'removed', 'forgotten'])
})

it('lets real records that wait for the removal come again if the program stops', async () => {
  const { week, accepted, program } = await prepare()
  await week.operations.load()
  const sent = week.intake.accept([record('own')])
  program.abort()
  await expect(sent).rejects.toEqual(expect.objectContaining({ code: 'UNAVAILABLE', retryable: true }))
  expect(accepted).not.toContain('own')
})

it('knows when another process on the same database removes or loads the week', async () => {
  const saved = new Map<string, string>()
  const [one, two] = [await prepare(saved), await prepare(saved)]
  two.removal.resolve()
  await one.week.operations.load()
  expect((await two.week.operations.status()).state).toBe('loading')
  await expect.poll(async () => (await one.week.operations.status()).state, { timeout: 30_000 }).toBe('loaded')
  expect((await two.week.operations.status()).state).toBe('loaded')
  await two.week.intake.accept([record('own')])
  expect(two.done).toContain('removed')

  const told: string[] = []
  const notify = one.week.withhold((incidents) => {
    told.push(...incidents.map(({ id }) => id))
    return incidents
  })
  const delivery = { id: '1', attempt: 1, signal: new AbortController().signal, transaction: async () => undefined }
  await notify([sampleIncident(1)], delivery)
  expect(told).toEqual(['incident-000001'])
  await one.week.intake.accept([record('own')])
  expect(one.done).toEqual([])
})

it('stops loading when another process removes the week', async () => {
  const saved = new Map<string, string>()
  const [one, two] = [await prepare(saved), await prepare(saved)]
  for (const { removal } of [one, two]) removal.resolve()
  await one.week.operations.load()
  await two.week.operations.remove()
  const { length } = one.accepted
  await expect.poll(async () => (await one.week.operations.status()).state, { timeout: 30_000 }).toBe('removed')
  await sleep(100)
  expect(one.accepted.length - length).toBeLessThan(10)
  expect(one.done).toContain('removed')
})
