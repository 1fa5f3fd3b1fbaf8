import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { number } from '../lib/units/number.ts'
import { minute } from '../lib/units/time.ts'
import type { Samples } from '../operations/samples/samples.ts'
import type { Intake } from '../pipeline/ingest/intake.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { isSample, type SampleRemoval, type SampleStatus, samplePrefix } from '../schema/record/sample.ts'
import { readRecording } from './recording.ts'

const title = 'One week in a small company'
/** The number of turns that are accepted together. */
const turns = 4
/** How long ago the week ended when it is loaded, in ms, so that the pipeline does not report its end as a silence. */
const endedAgo = 15 * minute

interface SampleWeekOptions<Tx> {
  /** The folder of the recording. */
  readonly folder: string
  readonly store: {
    transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
    readonly events: { count(): Promise<{ readonly events: number }> }
    readonly incidents: { list(query: { readonly limit: number }): Promise<{ readonly items: readonly unknown[] }> }
    readonly sourceData: {
      remove(prefix: string, within: (tx: Tx) => Promise<unknown>): Promise<SampleRemoval>
    }
    readonly intake: {
      readCursor(source: string, key: string): Promise<string | undefined>
      saveCursor(source: string, key: string, position: string, tx: Tx): Promise<void>
    }
  }
  readonly intake: Intake
  readonly queue: {
    idle(signal?: AbortSignal): Promise<void>
    depths(): Promise<readonly { readonly ready: number; readonly running: number }[]>
  }
  /** Sends an empty batch through the pipeline, so that detectors close their windows. */
  readonly tick: () => Promise<void>
  /** Resets all learners. */
  readonly forget: () => Promise<void>
  readonly now: () => number
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Opens the recorded week: loads it into an empty database, and removes it when real records come. The week is never mixed
 * with real data, so removing it may reset all learners. It touches the pipeline at two places: `intake` and `withhold`.
 */
export const openSampleWeek = async <Tx>(options: SampleWeekOptions<Tx>) => {
  const { folder, store, queue, now, log, signal } = options
  const readSaved = async (): Promise<z.infer<typeof savedShape>> => {
    const saved = await store.intake.readCursor(`${samplePrefix}week`, 'state')
    return saved === undefined ? { state: 'absent' } : savedShape.parse(JSON.parse(saved))
  }
  let { state, facts } = await readSaved()
  let seconds: number | null = null
  let isUsed = false
  /** Whether real records came, which need not be stored yet. */
  let hasReal = false
  /** Whether this process is loading the week. */
  let isFeeding = false
  let isRemovedElsewhere = false
  let loading: Promise<void> | undefined
  let removing: Promise<SampleRemoval> | undefined
  let stop = new AbortController()

  const isHere = () => state === 'loading' || state === 'loaded'
  /** Whether the week is here, also if another process on the same database has loaded or removed it. */
  const isStillHere = async (): Promise<boolean> => {
    const mayDiffer = () => !removing && !isFeeding && (isHere() || !hasReal)
    if (mayDiffer()) {
      const saved = await readSaved()
      if (mayDiffer()) ({ state, facts } = saved)
    }
    return isHere()
  }
  const save = (next: SampleStatus['state'], tx: Tx) =>
    store.intake.saveCursor(`${samplePrefix}week`, 'state', JSON.stringify({ state: next, facts }), tx)
  const enter = async (next: SampleStatus['state']): Promise<void> => {
    await store.transaction((tx) => save(next, tx))
    state = next
  }

  const feed = async (ended: AbortSignal, entered: () => void): Promise<void> => {
    const began = now()
    const recording = readRecording(folder, began - endedAgo)
    facts = recording.facts
    await enter('loading')
    entered()
    for (let i = 0; i < recording.turns.length && !ended.aborted; i += turns) {
      isRemovedElsewhere = (await readSaved()).state !== 'loading'
      if (isRemovedElsewhere) return
      const together = recording.turns.slice(i, i + turns).flat()
      await Promise.all(
        together.map((records) => options.intake.accept(records.map((record) => ({ ...record, receivedAt: began })))),
      )
      // The removal waits for queued records, but not longer than this.
      await queue.idle(ended)
    }
    await options.tick()
    await queue.idle(ended)
    if (ended.aborted) return
    seconds = (now() - began) / 1000
    await enter('loaded')
  }

  const take = async (): Promise<SampleRemoval> => {
    stop.abort()
    await loading?.catch(() => undefined)
    await queue.idle(signal).catch((error: unknown) => {
      throw signal.aborted ? stopping(error) : error
    })
    // A pipeline that is falling asleep would save afterwards what it has learnt from the week.
    await options.forget()
    const removed = await store.sourceData.remove(samplePrefix, (tx) => save('removed', tx))
    await options.forget()
    state = 'removed'
    return removed
  }

  const remove = async (): Promise<SampleRemoval> => {
    if (!removing && !(await isStillHere())) return { events: 0, detections: 0, alerts: 0, incidents: 0 }
    return removeNow()
  }
  const removeNow = (): Promise<SampleRemoval> => {
    removing ??= take().finally(() => {
      removing = undefined
    })
    return removing
  }

  const status = async (): Promise<SampleStatus> => {
    const here = await isStillHere()
    return {
      state,
      title,
      seconds: state === 'loaded' ? seconds : null,
      analysed: here ? (await store.events.count()).events : 0,
      records: facts?.records ?? 0,
      sources: [...(facts?.sources ?? [])],
      from: here ? (facts?.from ?? null) : null,
      to: here ? (facts?.to ?? null) : null,
    }
  }

  /** Whether no event is stored and no record waits. */
  const isEmpty = async (): Promise<boolean> => {
    const waiting = (await queue.depths()).some(({ ready, running }) => ready + running > 0)
    return !waiting && (await store.events.count()).events === 0
  }

  const load = async (): Promise<void> => {
    if (!existsSync(join(folder, 'labels.json'))) {
      throw new AppError('NOT_FOUND', `No recording found in ${folder}.`, {
        hint: 'Reinstall the program, or record a sample: see samples/README.md.',
      })
    }
    if (!(await isEmpty()) || (await isStillHere()) || hasReal || isHere()) {
      throw new AppError('CONFLICT', 'Events are already stored, and the sample is never mixed with real ones.', {
        hint: 'Start a second server to look at it: `vedette serve --data-dir ./sample-data --port 8788`.',
      })
    }
    const before = state
    // From here on, real records wait for the removal.
    state = 'loading'
    stop = new AbortController()
    const entered = Promise.withResolvers<void>()
    isFeeding = true
    loading = feed(AbortSignal.any([stop.signal, signal]), entered.resolve).finally(() => {
      isFeeding = false
      // This process may have sent records after the removal.
      if (isRemovedElsewhere)
        removeNow().catch((error: unknown) =>
          log.warn({ reason: messageOf(error) }, 'The sample could not be removed.'),
        )
    })
    try {
      await Promise.race([loading, entered.promise])
    } catch (error) {
      if (state === 'loading') state = before
      throw error
    }
    loading.catch(() => undefined)
  }

  const operations: Samples = { status, load, remove }
  /** Accepts real records. The first ones remove the week before they are accepted. */
  const intake: Intake = {
    async accept(records, accepting) {
      while ((await isStillHere()) || isHere()) {
        await remove()
        log.info({}, 'The sample was removed, because the first real records arrived.')
      }
      hasReal = true
      return options.intake.accept(records, accepting)
    },
  }
  return {
    operations,
    intake,
    /** Whether nothing is stored but the whole week, if anything: then no time that passes means anything to a detector. */
    async isUnused(): Promise<boolean> {
      if (removing) return false
      if (state === 'absent') isUsed ||= (await store.events.count()).events > 0
      return state === 'loaded' || (state === 'absent' && !isUsed)
    },

    /** Sends no messages to people while the week is here. */
    withhold:
      (notify: Pipeline<Tx>['notify']): Pipeline<Tx>['notify'] =>
      async (incidents, delivery) =>
        (await isStillHere()) ? incidents : notify(incidents, delivery),

    /**
     * Removes a week that the last run left partly loaded. Needs the running pipeline, because queued records have to be processed first.
     * Returns whether nothing was ever stored.
     */
    async start(): Promise<boolean> {
      if (state === 'loading') await remove()
      return state === 'absent' && (await isEmpty())
    },

    /** Loads the week and prints what was found. Never throws: the program works without it. */
    async show(print: (text: string) => void): Promise<void> {
      try {
        await load()
        const { records, sources } = await status()
        print(`  sample     "${title}": ${number(records)} real log lines from ${sources.length} logs`)
        await loading
        if (state !== 'loaded') return
        const { items } = await store.incidents.list({ limit: 100 })
        print(
          `             analysed in ${seconds?.toFixed(1)} s: ${items.length} incidents. It is removed when your first logs arrive.`,
        )
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'The sample could not be loaded.')
      }
    },
  }
}

/** The senders that wait for the removal have to send again. */
const stopping = (cause: unknown): AppError =>
  new AppError('UNAVAILABLE', 'The server is stopping.', { hint: 'Send again in a moment.', retryable: true, cause })

const savedShape = z.object({
  state: z.enum(['absent', 'loading', 'loaded', 'removed']),
  facts: z.object({ records: z.int(), sources: z.array(z.string()), from: z.string(), to: z.string() }).optional(),
})

/** Asks no language model about alerts of the sample, because that would cost money. */
export const askAboutRealAlerts = <Tx>(requests: Pipeline<Tx>['modelRequests']): Pipeline<Tx>['modelRequests'] => ({
  ...requests,
  save: (alerts, tx) =>
    requests.save(
      alerts.filter(({ source }) => !isSample(source)),
      tx,
    ),
})
