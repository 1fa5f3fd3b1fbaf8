import { setImmediate } from 'node:timers/promises'
import type { Fault, Match, SigmaDocument, Taxonomy } from '../../../lib/sigma/sigma.ts'
import { createEngine } from '../../../lib/sigma/sigma.ts'
import { createFlattening } from '../../../pipeline/detect/sigma/sigma-event.ts'
import type { Event } from '../../../schema/event/event.ts'

/** A match, and the event that it was found at. */
export interface TrialHit {
  readonly event: Event
  readonly match: Match
}

interface TrialOptions {
  readonly documents: readonly SigmaDocument[]
  readonly taxonomy: Taxonomy
  /** In order of time, oldest first. */
  readonly events: AsyncIterable<readonly Event[]>
  /** Receives each match. */
  readonly hit: (hit: TrialHit) => void
  readonly limits: TrialLimits
  readonly signal?: AbortSignal | undefined
}

export interface TrialLimits {
  readonly maxMs: number
  readonly maxEvents: number
}

export const noLimits: TrialLimits = { maxMs: Number.POSITIVE_INFINITY, maxEvents: Number.POSITIVE_INFINITY }

/** The progress of a trial. */
export interface Trial {
  readonly events: number
  /** The times of the first and last event, in ms; undefined when there was none. */
  readonly first: number | undefined
  readonly last: number | undefined
  /** Why it ended before the events did. */
  readonly cut: 'time' | 'events' | undefined
  /** The rules that cannot match, and why. */
  readonly faults: readonly Fault[]
}

/** The longest uninterrupted work in ms. */
const turn = 8

/** Runs rules without earlier state on events, and yields to other work every few ms. */
export const tryRules = async ({ documents, taxonomy, events, hit, limits, signal }: TrialOptions): Promise<Trial> => {
  const engine = createEngine(documents, { taxonomy })
  const flatten = createFlattening()
  const began = performance.now()
  let rested = began
  let count = 0
  const { faults } = engine
  let first: number | undefined
  let last: number | undefined
  for await (const batch of events) {
    for (const event of batch) {
      for (const match of engine.match(flatten(event))) hit({ event, match })
      count += 1
      first = Math.min(first ?? event.time, event.time)
      last = Math.max(last ?? event.time, event.time)
      if (count >= limits.maxEvents) return { events: count, first, last, cut: 'events', faults }
      if (count % 16 !== 0 || performance.now() - rested < turn) continue
      await setImmediate()
      signal?.throwIfAborted()
      rested = performance.now()
      if (rested - began > limits.maxMs) return { events: count, first, last, cut: 'time', faults }
    }
  }
  return { events: count, first, last, cut: undefined, faults }
}
