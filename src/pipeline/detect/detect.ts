import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { plural } from '../../lib/units/number.ts'
import type { Detection } from '../../schema/detection/detection.ts'
import type { Event } from '../../schema/event/event.ts'
import type { Fact } from '../../schema/event/fact.ts'
import { severityRank } from '../../schema/severity.ts'
import type { Stage } from '../stage.ts'
import type { Detector } from './detector.ts'
import { forgetLatest } from './shared/evidence.ts'
import { toDetection } from './shared/finding.ts'

export interface DetectOptions {
  readonly log: Log
  /** Detections one detector may report per delivery. The rest is summarized in one more. */
  readonly limit?: number
  /** Learns from events once all detectors have seen them. */
  readonly learn?: (events: readonly Event[]) => void
}

/** The stage that runs the detectors. */
export interface Detect {
  /**
   * Runs the detectors over a batch. An empty batch is a clock tick. A delivery that comes in chunks returns the detections of all chunks
   * with the last one. If the last delivery comes again, it returns the same detections and teaches the detectors nothing. Before any
   * other one comes again, the queue has the detectors restored.
   */
  readonly run: Stage<Event, Detection>
  /** The facts of a delivery that `run` has just returned from: events that a detector over all partitions has to see. */
  factsOf(delivery: string): readonly Fact[]
  /** Teaches the detectors stored events after a restart. Detections are dropped, because they are already stored. */
  replay(events: readonly Event[]): void
  /** Forgets which deliveries came, after the detectors were restored. */
  forgetDeliveries(): void
  /** Failures, and detections beyond the limit, per detector. */
  readonly counts: ReadonlyMap<string, { readonly failed: number; readonly summedUp: number }>
  /** Saves the state of each detector that has one, by name. */
  save(): Map<string, Uint8Array>
  /** Restores the given states. Throws STATE_VERSION on a state that its detector cannot read. */
  restore(states: ReadonlyMap<string, Uint8Array>): void
}

/** Creates the stage. A detector that throws is counted and logged; the others continue. */
export const createDetect = (detectors: readonly Detector[], options: DetectOptions): Detect => {
  const { log, limit = 200, learn } = options
  let latest: Delivered | undefined
  const counts = new Map<string, { failed: number; summedUp: number }>()

  const countOf = (name: string) => {
    const known = counts.get(name)
    if (known) return known
    const fresh = { failed: 0, summedUp: 0 }
    counts.set(name, fresh)
    return fresh
  }
  const detectWith = (detector: Detector, events: readonly Event[]): Detection[] => {
    try {
      return detector.detect(events)
    } catch (error) {
      countOf(detector.name).failed++
      log.error({ detector: detector.name, reason: messageOf(error) }, 'A detector failed. The others continue.')
      return []
    }
  }
  const runDetectors = (batch: readonly Event[]): readonly Found[] => {
    const own = batch.some(isAlert) ? batch.filter((event) => !isAlert(event)) : batch
    const all = detectors.flatMap((detector) => {
      const events = detector.includesAlerts ? batch : own
      // An empty batch means a clock tick, so skip the detector if filtering left it no events.
      if (events.length === 0 && batch.length > 0) return []
      const found = detectWith(detector, events)
      const facts = detector.takeFacts?.() ?? []
      return found.length > 0 || facts.length > 0 ? [{ detector, found, facts }] : []
    })
    forgetLatest()
    learn?.(batch)
    return all
  }
  /** Adds what a chunk has found. A detection replaces its earlier version. */
  const addChunk = ({ chunks, found, facts }: Delivered, id: string, events: readonly Event[]): void => {
    for (const one of runDetectors(events)) {
      const detections = found.get(one.detector) ?? new Map<string, Detection>()
      found.set(one.detector, detections)
      for (const detection of one.found) detections.set(detection.id, detection)
      facts.push(...one.facts)
    }
    chunks.add(id)
  }
  /** Returns the detections of a delivery, up to the limit per detector. */
  const limitFindings = (delivered: Delivered): Detection[] =>
    detectors.flatMap((detector) => {
      const found = [...(delivered.found.get(detector)?.values() ?? [])]
      const kept = detector.unlimited ? found : keepMostSevere(detector.name, found, limit)
      if (kept !== found) {
        countOf(detector.name).summedUp += found.length - limit
        log.warn(
          { detector: detector.name, found: found.length, limit },
          'Too many detections in one delivery. The rest is summarized.',
        )
      }
      return kept
    })

  return {
    run(events, { id, chunk }) {
      // Skip the clock for an empty chunk; otherwise silence detection would advance.
      if (events.length === 0 && chunk?.last === false) return []
      const whole = chunk?.of.id ?? id
      if (latest?.id !== whole) latest = { id: whole, chunks: new Set(), found: new Map(), facts: [] }
      if (!latest.chunks.has(id)) addChunk(latest, id, events)
      return chunk?.last === false ? [] : limitFindings(latest)
    },
    factsOf: (delivery) => (latest?.id === delivery ? latest.facts : []),
    replay(events) {
      runDetectors(events)
    },
    forgetDeliveries() {
      latest = undefined
    },
    counts,
    save: () =>
      new Map(
        detectors.flatMap(({ name, save }) => {
          const state = save?.()
          return state ? [[name, state] as const] : []
        }),
      ),
    restore(states) {
      for (const { name, restore } of detectors) {
        const state = states.get(name)
        if (state) restore?.(state)
      }
    },
  }
}

/** The findings of the chunks of a delivery that came so far. */
interface Delivered {
  readonly id: string
  readonly chunks: Set<string>
  readonly found: Map<Detector, Map<string, Detection>>
  readonly facts: Fact[]
}

interface Found {
  readonly detector: Detector
  readonly found: Detection[]
  readonly facts: readonly Fact[]
}

const isAlert = ({ kind }: Event): boolean => kind === 'alert'

/** Keeps the most severe detections and summarizes the others in one. */
const keepMostSevere = (detector: string, found: Detection[], limit: number): Detection[] => {
  if (found.length <= limit) return found
  const sorted = [...found].sort(
    (a, b) => severityRank(b.severity) - severityRank(a.severity) || b.score - a.score || (a.id < b.id ? -1 : 1),
  )
  const rest = sorted.slice(limit)
  const first = rest[0]
  if (!first) return found
  const more = plural(rest.length, 'more finding')
  const times = rest.flatMap(({ first_seen, last_seen }) => [Date.parse(first_seen), Date.parse(last_seen)])
  const from = times.reduce((a, b) => Math.min(a, b))
  return [
    ...sorted.slice(0, limit),
    toDetection({
      detector,
      type: 'other',
      source: first.source,
      stream: first.stream,
      subject: 'more findings',
      start: from,
      from,
      to: times.reduce((a, b) => Math.max(a, b)),
      score: first.score,
      severity: 'info',
      title: `${more} at the same time`,
      sentence: `The ${plural(limit, 'most severe finding')} ${limit === 1 ? 'is' : 'are'} reported alone. This one summarizes ${more}, such as: ${first.title}.`,
      value: plural(found.length, 'finding'),
      usual: `at most ${limit} at once`,
      reasons: [{ feature: 'findings at once', value: String(found.length), usual: `at most ${limit}`, pull: 1 }],
      evidence: rest.slice(0, 20).flatMap(({ evidence }) => {
        const [one] = evidence
        if (!one) return []
        const { event_id, time, line, summary } = one
        return [{ event_id, time, line, ...(summary !== undefined && { summary }) }]
      }),
      events: rest.reduce((sum, { event_count }) => sum + event_count, 0),
      entities: [],
      key: `more findings of ${detector} at ${first.stream}`,
      learning: rest.every((item) => item.learning),
    }),
  ]
}
