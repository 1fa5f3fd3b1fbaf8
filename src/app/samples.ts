import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { Log } from '../component.ts'
import { AppError } from '../errors.ts'
import type { Samples } from '../operations/samples/samples.ts'
import type { Intake } from '../pipeline/ingest/intake.ts'
import { isSample, type SampleRemoval, type SampleStatus, samplePrefix } from '../schema/sample.ts'
import type { Transaction } from '../store/database.ts'
import { readRecording } from './recording.ts'

const title = 'One week in a small company'
/** How many turns are taken in together. */
const turns = 4
interface SamplesOptions {
  readonly folder: string
  readonly store: {
    transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
    readonly events: { count(): Promise<{ readonly events: number }> }
    readonly sourceData: {
      remove(prefix: string, within: (tx: Transaction) => Promise<unknown>): Promise<SampleRemoval>
    }
    readonly intake: {
      readCursor(source: string, key: string): Promise<string | undefined>
      saveCursor(source: string, key: string, position: string, tx: Transaction): Promise<void>
    }
  }
  readonly intake: Intake
  readonly queue: { idle(signal?: AbortSignal): Promise<void> }
  /** Lets what judges events look once more, with nothing new to see. */
  readonly tick: () => Promise<void>
  /** Makes everything that learns forget what it learnt. */
  readonly forget: () => void
  readonly now: () => number
  readonly log: Log
  readonly signal: AbortSignal
}

/** Samples as the program itself uses them. */
export interface SampleKeeper extends Samples {
  /** The door for everybody else: the first real records make the sample go before they are taken in. */
  readonly door: Intake
  /** Whether what there is, is the sample's. */
  isHere(): boolean
  /** Whether records that wait in the queue are to be dropped, because they are of a sample that is being removed. */
  drops(source: string): boolean
  /** Finds out how the last run of the program left it. Call it before the road opens. */
  begin(): Promise<void>
  /** Removes a sample that the last run left half loaded. Call it when the road is open: what is still queued has to end first. */
  settle(): Promise<void>
  /** Resolves when the sample that is being loaded is analysed. */
  loaded(): Promise<SampleStatus>
}

/**
 * Keeps the recorded week: loads it into a database that has nothing else, and removes it. The week and real data are never there
 * together, so removing it may take all that was learnt along.
 */
export const createSamples = (options: SamplesOptions): SampleKeeper => {
  const { folder, store, intake, queue, now, log, signal } = options
  let state: SampleStatus['state'] = 'absent'
  let facts: { records: number; sources: readonly string[]; from: string; to: string } | undefined
  let seconds: number | null = null
  let loading: Promise<void> | undefined
  let removing: Promise<SampleRemoval> | undefined
  let stop = new AbortController()

  const remember = async (next: SampleStatus['state']) => {
    await store.transaction((tx) => store.intake.saveCursor(`${samplePrefix}week`, 'state', position(next), tx))
    state = next
  }
  const isHere = () => state === 'loading' || state === 'loaded'
  const position = (next: SampleStatus['state']) => JSON.stringify({ state: next, facts })

  const feed = async (ended: AbortSignal): Promise<void> => {
    const began = now()
    const recording = readRecording(folder, began)
    facts = recording.facts
    await remember('loading')
    for (let i = 0; i < recording.turns.length && !ended.aborted; i += turns) {
      const together = recording.turns.slice(i, i + turns).flat()
      await Promise.all(
        together.map((records) => intake.accept(records.map((record) => ({ ...record, receivedAt: began })))),
      )
      await setImmediate()
    }
    await queue.idle(ended)
    await options.tick()
    await queue.idle(ended)
    if (ended.aborted) return
    seconds = (now() - began) / 1000
    await remember('loaded')
  }

  const take = async (): Promise<SampleRemoval> => {
    stop.abort()
    await loading?.catch(() => undefined)
    await queue.idle(signal)
    const removed = await store.sourceData.remove(samplePrefix, (tx) =>
      store.intake.saveCursor(`${samplePrefix}week`, 'state', position('removed'), tx),
    )
    options.forget()
    state = 'removed'
    return removed
  }

  const remove = async (): Promise<SampleRemoval> => {
    if (state === 'absent' || state === 'removed') return { events: 0, detections: 0, alerts: 0, incidents: 0 }
    removing ??= take().finally(() => {
      removing = undefined
    })
    return removing
  }

  return {
    async status() {
      const here = isHere()
      const analysed = here ? (await store.events.count()).events : 0
      return {
        ...{ state, title, seconds: state === 'loaded' ? seconds : null, analysed },
        records: facts?.records ?? 0,
        sources: [...(facts?.sources ?? [])],
        from: here ? (facts?.from ?? null) : null,
        to: here ? (facts?.to ?? null) : null,
      }
    },

    async load() {
      if (!existsSync(join(folder, 'labels.json'))) {
        throw new AppError('NOT_FOUND', `There is no recording in ${folder}.`, {
          hint: 'It comes with the program; install it again, or record one: samples/README.md.',
        })
      }
      if ((await store.events.count()).events > 0) {
        throw new AppError('CONFLICT', 'There are events already, and the sample never stands beside real ones.', {
          hint: 'Start a second server to look at it: `vedette serve --data-dir ./sample-data --port 8788`.',
        })
      }
      stop = new AbortController()
      loading = feed(AbortSignal.any([stop.signal, signal]))
      loading.catch(() => undefined)
      while (state !== 'loading' && state !== 'loaded') await Promise.race([loading, setImmediate()])
    },

    remove,
    isHere,
    drops: (source) => removing !== undefined && isSample(source),
    door: {
      async accept(records, accepting) {
        if (isHere()) {
          await remove()
          log.info({}, 'The sample was removed, because the first real records have come.')
        }
        return intake.accept(records, accepting)
      },
    },

    async begin() {
      const text = await store.intake.readCursor(`${samplePrefix}week`, 'state')
      if (text === undefined) return
      const left = rememberedShape.parse(JSON.parse(text))
      facts = left.facts
      state = left.state
    },

    async settle() {
      if (state === 'loading') await remove()
    },

    async loaded() {
      await loading
      return this.status()
    },
  }
}

const rememberedShape = z.object({
  state: z.enum(['absent', 'loading', 'loaded', 'removed']),
  facts: z.object({ records: z.int(), sources: z.array(z.string()), from: z.string(), to: z.string() }).optional(),
})
