import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import type { Detection } from '../../schema/detection.ts'
import type { Event } from '../../schema/event.ts'
import { severityRank } from '../../schema/severity.ts'
import type { Stage } from '../stage.ts'
import type { Detector } from './detector.ts'
import { toEvidence } from './shared/evidence.ts'
import { plural } from './shared/explanation.ts'
import { toDetection } from './shared/finding.ts'

/** How many deliveries are remembered in case they come again. */
const remembered = 64

export interface DetectOptions {
  readonly log: Log
  /** Detections one detector may report per delivery. The rest is summarized in one more. */
  readonly limit?: number
}

/** The stage that judges events. */
export interface Detect {
  /**
   * Judges a batch, then learns it. The same delivery again gives the same detections and teaches nothing. An empty batch is a tick. Of a
   * delivery that comes in pieces, the last one brings what was found in all of them.
   */
  readonly run: Stage<Event, Detection>
  /** Shows events to the detectors once more, after a restart; what they detect is known already. */
  replay(events: readonly Event[]): void
  /** How often each detector failed, and how many detections were summed up because there were too many. */
  readonly counts: ReadonlyMap<string, { readonly failed: number; readonly summedUp: number }>
  /** The states of those detectors that have one, by name. */
  save(): Map<string, Uint8Array>
  /** Restores what is there; throws STATE_VERSION on a state that its detector cannot read. */
  restore(states: ReadonlyMap<string, Uint8Array>): void
}

/** Makes the stage. A detector that throws is counted and logged; the others go on. */
export const createDetect = (detectors: readonly Detector[], options: DetectOptions): Detect => {
  const { log, limit = 200 } = options
  const answers = new Map<string, Map<string, readonly Found[]>>()
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
  const judge = (batch: readonly Event[]): readonly Found[] => {
    const own = batch.some(isAlert) ? batch.filter((event) => !isAlert(event)) : batch
    return detectors.flatMap((detector) => {
      const events = detector.judgesAlerts ? batch : own
      // An empty batch means a clock tick, so skip the detector if filtering left it no events.
      if (events.length === 0 && batch.length > 0) return []
      const found = detectWith(detector, events)
      return found.length > 0 ? [{ detector, found }] : []
    })
  }
  /** What is kept of each detector's findings: the newest of each, and of those no more than it may make. */
  const keep = (chunks: readonly Found[]): Detection[] =>
    detectors.flatMap((detector) => {
      const all = chunks.flatMap((chunk) => (chunk.detector === detector ? chunk.found : []))
      const found = [...new Map(all.map((detection) => [detection.id, detection])).values()]
      const kept = detector.keepsAll ? found : keepGravest(detector.name, found, limit)
      if (kept !== found) {
        countOf(detector.name).summedUp += found.length - limit
        log.warn(
          { detector: detector.name, found: found.length, limit },
          'Too many detections at once; the rest is summed up.',
        )
      }
      return kept
    })
  const remember = (delivery: string, chunk: string, found: readonly Found[]): void => {
    const chunks = answers.get(delivery) ?? new Map<string, readonly Found[]>()
    answers.set(delivery, chunks.set(chunk, found))
    if (answers.size > remembered) answers.delete(answers.keys().next().value ?? delivery)
  }

  return {
    run(events, { id, chunk }) {
      // A piece without an event is no tick of the clock: nothing was left of it.
      if (events.length === 0 && chunk?.last === false) return []
      const whole = chunk?.of.id ?? id
      const fresh = answers.get(whole)?.get(id) ?? judge(events)
      if (events.length > 0) remember(whole, id, fresh)
      if (chunk?.last === false) return []
      const earlier = [...(answers.get(whole)?.values() ?? [])].flat()
      return keep(events.length > 0 ? earlier : [...earlier, ...fresh])
    },
    replay(events) {
      judge(events)
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

interface Found {
  readonly detector: Detector
  readonly found: Detection[]
}

const isAlert = ({ kind }: Event): boolean => kind === 'alert'

/** Keeps the gravest and sums the others up in one detection, so that none is lost in silence. */
const keepGravest = (detector: string, found: Detection[], limit: number): Detection[] => {
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
      sentence: `Besides ${plural(limit, 'finding')} that ${limit === 1 ? 'weighs' : 'weigh'} more, there ${rest.length === 1 ? 'was' : 'were'} ${more} at the same time, such as: ${first.title}.`,
      value: plural(found.length, 'finding'),
      usual: `at most ${limit} at once`,
      reasons: [{ feature: 'findings at once', value: String(found.length), usual: `at most ${limit}`, pull: 1 }],
      evidence: rest.slice(0, 20).flatMap(({ evidence }) => {
        const one = evidence[0]
        return one ? [toEvidence({ id: one.event_id, time: Date.parse(one.time), original: one.line })] : []
      }),
      events: rest.reduce((sum, { event_count }) => sum + event_count, 0),
      entities: [],
      key: `more findings of ${detector} at ${first.stream}`,
      learning: rest.every((item) => item.learning),
    }),
  ]
}
