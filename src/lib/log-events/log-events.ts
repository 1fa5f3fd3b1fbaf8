import { createReader, createWriter } from '../bytes/codec.ts'
import { IsolationForest } from '../isolation-forest/isolation-forest.ts'
import { day } from '../units/time.ts'
import { followCourse } from './course.ts'
import { type Baseline, featureNames, learnBaseline, logEventFeatures } from './features.ts'
import type { LogEvent } from './log-event.ts'
import { severityOf, type ThreatType, threatRules, threatTypeOf } from './threat.ts'

export interface LogModelOptions {
  /** The share of the training events that may be anomalous; decides the threshold. */
  readonly contamination?: number
  readonly trees?: number
  readonly seed?: number
  /** Days from the first event on that show the usual behaviour of users and addresses. */
  readonly baselineDays?: number
  /** Over which a user's events are counted, in seconds. */
  readonly windows?: readonly number[]
}

/** An event with its score. */
export interface JudgedEvent {
  readonly event: LogEvent
  /** 0–1, high = anomalous; independent of the other events of the batch, but for the events of the same user before it. */
  readonly score: number
  readonly isAnomaly: boolean
  readonly threatType: ThreatType
  readonly severity: ReturnType<typeof severityOf>
}

const kind = 'log-events'
const version = 1
/** Within the training range, the forest gives at most 0.5: without any sign of an attack, no such event is called anomalous. */
const leastThreshold = 0.6
/** Attacks among the training events must not hide the next ones. */
const mostThreshold = 0.8

/**
 * Scores log events one by one, by the higher of two scores: an isolation forest (Liu et al., 2008) over some 25 features of who, when and how
 * often, or rules for four kinds of attack. The forest is scaled by the training scores, not by the batch, so that one event alone has
 * a score and a quiet batch has no anomaly: up to 0.5 within what was trained, up to 1 beyond it.
 *
 * Fit O(n log n), score O(trees · log sample) an event. Not for logs without users and addresses: see `drain` and `series` for those.
 */
export class LogModel {
  readonly #forest: IsolationForest
  readonly #baseline: Baseline
  readonly #lowest: number
  readonly #highest: number
  readonly windows: readonly number[]
  readonly threshold: number
  readonly trees: number
  readonly contamination: number
  /** In ms since the epoch. */
  readonly trainedAt: number

  private constructor(state: LogModelState) {
    this.#forest = state.forest
    this.#baseline = state.baseline
    this.#lowest = state.lowest
    this.#highest = state.highest
    this.windows = state.windows
    this.threshold = state.threshold
    this.trees = state.trees
    this.contamination = state.contamination
    this.trainedAt = state.trainedAt
  }

  /** Learns from events. Throws RangeError if there are none. */
  static fit(events: readonly LogEvent[], options: LogModelOptions & { readonly trainedAt: number }): LogModel {
    const { contamination = 0.01, trees = 200, seed = 42, baselineDays = 7, trainedAt } = options
    const windows = options.windows ?? [3_600, 86_400, 604_800]
    if (events.length === 0) throw new RangeError('There are no events to learn from.')
    const sorted = inOrder(events)
    const until = (sorted[0]?.time ?? 0) + baselineDays * day
    const baseline = learnBaseline(
      sorted,
      sorted.filter(({ time }) => time <= until),
    )
    const columns = featureNames(baseline, windows).length
    const course = followCourse(windows)
    const matrix = Float64Array.from(sorted.flatMap((event) => logEventFeatures(event, course(event), baseline)))
    const forest = IsolationForest.fit(matrix, { columns, trees, seed })
    const scores = forest.score(matrix)
    const state = {
      forest,
      baseline,
      windows,
      trees,
      contamination,
      trainedAt,
      lowest: scores.reduce((least, score) => Math.min(least, score), 1),
      highest: scores.reduce((most, score) => Math.max(most, score), 0),
      threshold: 0,
    }
    const judged = new LogModel(state).judge(sorted).map(({ score }) => score)
    const ranked = judged.sort((a, b) => a - b)
    const quantile = ranked[Math.min(ranked.length - 1, Math.floor((1 - contamination) * (ranked.length - 1)))] ?? 0
    return new LogModel({ ...state, threshold: Math.min(mostThreshold, Math.max(leastThreshold, quantile)) })
  }

  /** Reads a model that `save` wrote; throws StateError on another version. */
  static load(bytes: Uint8Array): LogModel {
    const reader = createReader(bytes, kind, version)
    const many = <Value>(read: () => Value): Value[] => Array.from({ length: reader.varint() }, read)
    const trainedAt = reader.f64()
    const [threshold, contamination, lowest, highest] = [reader.f64(), reader.f64(), reader.f64(), reader.f64()]
    const trees = reader.varint()
    const windows = many(() => reader.varint())
    const eventTypes = many(() => reader.text())
    const users = new Map(many(() => [reader.text(), { events: reader.varint(), failed: reader.varint() }] as const))
    const addresses = new Map(many(() => [reader.text(), reader.varint()] as const))
    const forest = IsolationForest.load(reader.bytes())
    const baseline = { eventTypes, users, addresses }
    return new LogModel({ forest, baseline, lowest, highest, windows, threshold, trees, contamination, trainedAt })
  }

  save(): Uint8Array {
    const writer = createWriter(kind, version).f64(this.trainedAt)
    for (const number of [this.threshold, this.contamination, this.#lowest, this.#highest]) writer.f64(number)
    writer.varint(this.trees).varint(this.windows.length)
    for (const seconds of this.windows) writer.varint(seconds)
    const { eventTypes, users, addresses } = this.#baseline
    writer.varint(eventTypes.length)
    for (const type of eventTypes) writer.text(type)
    writer.varint(users.size)
    for (const [user, { events, failed }] of users) writer.text(user).varint(events).varint(failed)
    writer.varint(addresses.size)
    for (const [address, count] of addresses) writer.text(address).varint(count)
    return writer.bytes(this.#forest.save()).finish()
  }

  get featureNames(): readonly string[] {
    return featureNames(this.#baseline, this.windows)
  }

  /** Scores events; the results are in order of time. */
  judge(events: readonly LogEvent[]): readonly JudgedEvent[] {
    const follow = followCourse(this.windows)
    return inOrder(events).map((event) => {
      const course = follow(event)
      const odd = this.#forest.scoreRow(logEventFeatures(event, course, this.#baseline))
      const rules = threatRules(event, course, this.#baseline.users.has(event.user))
      const span = this.#highest - this.#lowest
      const within = span > 0 ? Math.min(1, Math.max(0, (odd - this.#lowest) / span)) : 0
      const beyond = Math.min(1, Math.max(0, (odd - this.#highest) / (1 - this.#highest)) * 2)
      const score = Math.max(0.5 * (within + beyond), ...Object.values(rules))
      return {
        event,
        score,
        isAnomaly: score > this.threshold,
        threatType: threatTypeOf(event),
        severity: severityOf(score),
      }
    })
  }
}

interface LogModelState {
  readonly forest: IsolationForest
  readonly baseline: Baseline
  readonly lowest: number
  readonly highest: number
  readonly windows: readonly number[]
  readonly threshold: number
  readonly trees: number
  readonly contamination: number
  readonly trainedAt: number
}

const inOrder = (events: readonly LogEvent[]): LogEvent[] => events.toSorted((a, b) => a.time - b.time)
