import { randomUUID } from 'node:crypto'
import type { Log } from '../../component.ts'
import { AppError, messageOf } from '../../errors.ts'
import { pause, unlessStuck } from '../../lib/deadline/deadline.ts'
import type { TimeInZone } from './file/written-zone.ts'
import type { Intake } from './intake.ts'
import type { CountDropped } from './listen/dropped.ts'
import type { ReadAlerts } from './rabbitmq/rabbitmq-message.ts'
import { sourceRegistry } from './registry.ts'
import type { Cursors, Outages } from './source.ts'

interface SourcesOptions {
  /** Each source validates its other options. */
  readonly sources: readonly { readonly name: string; readonly type: string; readonly [option: string]: unknown }[]
  readonly cursors: Cursors
  readonly outages: Outages
  readonly intake: Intake
  readonly readAlerts: ReadAlerts
  readonly now: () => number
  readonly log: Log
  readonly signal: AbortSignal
  readonly received: (protocol: string, count: number) => void
  readonly dropped: CountDropped
  readonly timeOf: TimeInZone
}

/** Runs the configured sources until the signal aborts. Restarts a source that fails. */
export const runSources = (options: SourcesOptions): Promise<unknown> => {
  const { sources, cursors, outages, intake, readAlerts, now, log, signal, received, dropped, timeOf } = options
  const registry = sourceRegistry({ cursors, outages, stdin: process.stdin, readAlerts, dropped, timeOf })
  return Promise.all(
    sources.map(async (entry) => {
      const { type, ...its } = entry
      const source = registry.create(type, its, { now, fetch, log, signal })
      let failed = false
      while (!signal.aborted) {
        try {
          const run = source.run(async (records, cursor, keys) => {
            const key = randomUUID()
            const origin = records[0]?.source ?? cursor?.source ?? entry.name
            await untilTaken(
              // Without its own cursor or keys, a batch gets a generated key.
              () => intake.accept(records, { ...(cursor && { cursor }), ...(keys ? { keys } : !cursor && { key }) }),
              async () => cursor !== undefined && (await cursors.read(origin, cursor.key)) === cursor.position,
              signal,
            )
            received(type, records.length)
            // A source also reports the end of its outages, because records may still arrive from before the outage.
            if (failed) outages.ended(entry.name)
            failed = false
          }, signal)
          await unlessStuck(closeMs, run, signal)
          return
        } catch (error) {
          if (signal.aborted) return
          failed = true
          outages.began(entry.name, messageOf(error))
          log.error({ source: entry.name, reason: messageOf(error) }, 'A source failed. It restarts in 5 s.')
          await pause(5_000, signal)
        }
      }
    }),
  )
}

/**
 * How long a source may take to end when the program stops, in ms. Sources themselves wait for at most 3 s, but a client library may wait
 * for a server that never answers, and the state of the detectors is saved only after the sources have ended.
 */
const closeMs = 5_000

/**
 * Waits until records are accepted, because a source has no client to reject. A failure may hide a commit whose answer was lost, so each
 * retry first checks whether the records are stored.
 */
const untilTaken = async (
  accept: () => Promise<unknown>,
  isTaken: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> => {
  for (let attempt = accept; ; ) {
    try {
      await attempt()
      return
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError) || !error.retryable) throw error
      await pause((error.retryAfter ?? 1) * 1000, signal)
      attempt = async () => (await isTaken()) || accept()
    }
  }
}
