import { createReader, createWriter } from '../bytes/codec.ts'
import { explainSession, type SessionFact } from './explain.ts'
import { Model, type Trained } from './model.ts'
import { PatternBook } from './pattern-book.ts'
import { createReading, type Session, type SessionReading } from './reading.ts'
import { SessionSample } from './sample.ts'
import { SessionTally } from './tally.ts'
import { Transitions } from './transitions.ts'
import { join, mix, Vocabulary } from './vocabulary.ts'

export { sayFact } from './say-fact.ts'
export type { Session, SessionFact, Trained }

export interface SessionsOptions {
  /** Whether the learnt sessions are all normal, or a mix with anomalous ones. */
  readonly trained?: Trained
  /** How many distinct event ids are learnt; others stay unknown. At most 100,000. */
  readonly events?: number
  /** The most distinct patterns of counts to hold, or up to twice as many: this is the cost of scoring an unknown pattern. */
  readonly patterns?: number
  /** The most distinct pairs and triples of neighbouring events, and distinct sessions, to hold, or up to twice as many. */
  readonly transitions?: number
}

export interface ScoreOptions {
  /** The session is one of those that were learnt: it is then no evidence for itself. */
  readonly learnt?: boolean
}

const kind = 'sessions'
const version = 1
/** A surprise of one in thirty, as the weighted mean of the measures, is a score of just over one half. */
const half = Math.log(30)
/** Scores below this one are for sessions seen exactly so before. */
const seenBefore = 0.1
/** With anomalous ones among the learnt, a session is known as normal when so many of them are exactly so. */
const knownShare = 0.1
/** Rebuilds the model when the sessions have grown by this share. */
const growth = 1 / 8

/**
 * Finds anomalous sessions (the events of one request, login, block, job) by their event ids: a new event, an unusual count, an event that is
 * missing, an unusual order, a missing beginning or end.
 *
 * Three measures: the distance of a session's counts to learnt ones, with weights learnt from what common patterns differ in (after
 * Landauer, Skopik and Wurzenberger's count vectors with idf, "A critical review of common log data sets", 2024), and how rare its pairs
 * and its triples of neighbouring events are (after stide; Forrest et al., IEEE S&P 1996). Each is turned into nats by what learnt
 * sessions measure when they are left out, and the weighted sum is the score in [0, 1]: 0.5 and more is anomalous, one exactly seen before is
 * below 0.1.
 *
 * Learning is O(events) a session and scoring O(events), and for a pattern of counts not scored lately O(patterns · events) beside it.
 * The options bound the memory. The same sessions give the same scores in any order, as long as none of the
 * bounds is reached; past it, the model is a sample. Logarithms come from V8's own library, so that machines agree.
 *
 * Sessions are identified by 53-bit hashes of their ids, so ids should be ours (of templates, of calls), not texts from outside.
 * Not for sessions whose parameters are unusual and whose events are not, and not for fewer than some ten learnt sessions.
 *
 * @example
 * const sessions = learnSessions([['login', 'read', 'logout'], ['login', 'read', 'read', 'logout']])
 * sessions.score(['login', 'erase', 'logout']) > sessions.score(['login', 'read', 'logout']) // true
 */
export class Sessions {
  readonly trained: Trained
  readonly #options: Required<SessionsOptions>
  readonly #vocabulary: Vocabulary
  readonly #patterns: PatternBook
  readonly #transitions: Transitions
  readonly #orders: SessionTally
  readonly #sample = new SessionSample()
  readonly #read: (session: Session, learn: boolean) => SessionReading
  /** By code; those of the two ends are 0. */
  #sessionsWith = new Float64Array(2)
  #size = 0
  #pending = 0
  #model: Model | undefined

  constructor(options: SessionsOptions = {}) {
    const { trained = 'normal', events = 50_000, patterns = 1024, transitions = 200_000 } = options
    if (!(events >= 1 && events <= 100_000)) throw new RangeError(`There are 1 to 100,000 event ids, not ${events}.`)
    if (!(patterns >= 2 && patterns <= 1_000_000)) {
      throw new RangeError(`There are 2 to 1,000,000 patterns, not ${patterns}.`)
    }
    if (!(transitions >= 2 && transitions <= 4_000_000)) {
      throw new RangeError(`There are 2 to 4,000,000 transitions, not ${transitions}.`)
    }
    this.trained = trained
    this.#options = { trained, events, patterns, transitions }
    this.#vocabulary = new Vocabulary(events)
    this.#patterns = new PatternBook(patterns, this.#vocabulary)
    this.#transitions = new Transitions(transitions)
    this.#orders = new SessionTally(transitions)
    this.#read = createReading(this.#vocabulary)
  }

  /** How many sessions were learnt. */
  get size(): number {
    return this.#size
  }

  /** Learns one more session. It counts from the next time on that the sessions have grown by an eighth, or were saved. */
  add(session: Session): void {
    const reading = this.#read(session, true)
    const { codes, length, distinct, counts, size, patternHash, orderHash } = reading
    this.#size++
    this.#pending++
    for (let i = 0; i < size; i++) this.#countSession(distinct[i] ?? 0)
    const pattern = this.#patterns.add(patternHash, distinct, counts, size)
    this.#transitions.learn(codes, length)
    const times = this.#orders.add(orderHash)
    const rank = join(mix((orderHash | 0) ^ mix(times + 1)), mix(((orderHash / 4_294_967_296) | 0) + times))
    this.#sample.add(rank, codes, length, size, pattern)
  }

  /** The score of a session, from 0 to 1, high = anomalous. 0 before anything is learnt. Unknown events never lower it. */
  score(session: Session, options: ScoreOptions = {}): number {
    const model = this.#settled()
    if (!model) return 0
    const own = options.learnt ? 1 : 0
    const reading = this.#read(session, false)
    const { counts, pairs, triples } = this.#nats(model, reading, own)
    const nats = counts + pairs + triples
    const odd = nats / (nats + half)
    return this.#isKnown(reading, own) ? seenBefore * odd : seenBefore + (1 - seenBefore) * odd
  }

  /**
   * Explains the score of a session, the weightiest reason first: new events, unusual counts, missing events, unusual transitions,
   * beginnings and ends, each with its usual value and with its share of the surprise. O(patterns + transitions).
   */
  explain(session: Session, options: ScoreOptions = {}): SessionFact[] {
    const model = this.#settled()
    if (!model) return []
    const own = options.learnt ? 1 : 0
    const reading = this.#read(session, false)
    const nats = this.#nats(model, reading, own)
    return explainSession(session, reading, nats, {
      trained: this.trained,
      index: model.index,
      vocabulary: this.#vocabulary,
      transitions: this.#transitions,
      sessions: this.#size,
      sessionsWith: (code) => this.#sessionsWith[code] ?? 0,
      own,
    })
  }

  /** Makes everything that was added count from now on. O(patterns). */
  settle(): void {
    this.#settle()
  }

  save(): Uint8Array {
    this.#settle()
    const { trained, events, patterns, transitions } = this.#options
    const writer = createWriter(kind, version)
    writer
      .u8(trained === 'normal' ? 0 : 1)
      .varint(events)
      .varint(patterns)
      .varint(transitions)
      .varint(this.#size)
    this.#vocabulary.save(writer)
    writer.f64s(this.#sessionsWith.slice(0, this.#vocabulary.size))
    this.#patterns.save(writer)
    this.#transitions.save(writer)
    this.#orders.save(writer)
    this.#sample.save(writer)
    return writer.finish()
  }

  /** Reads sessions that `save` wrote; throws StateError on another version, or when they were cut short. */
  static load(state: Uint8Array): Sessions {
    const reader = createReader(state, kind, version)
    const trained = reader.u8() === 0 ? 'normal' : 'everything'
    const options = { events: reader.varint(), patterns: reader.varint(), transitions: reader.varint() }
    const sessions = new Sessions({ trained, ...options })
    sessions.#size = reader.varint()
    sessions.#vocabulary.load(reader)
    sessions.#sessionsWith = reader.f64s()
    sessions.#patterns.load(reader)
    sessions.#transitions.load(reader)
    sessions.#orders.load(reader)
    sessions.#sample.load(reader, sessions.#patterns)
    sessions.#pending = sessions.#size
    sessions.#settle()
    return sessions
  }

  #nats(model: Model, reading: SessionReading, own: 0 | 1) {
    const { codes, length, distinct, counts, size, unknowns, patternHash } = reading
    const order = this.#transitions.surprise(codes, length, this.#size, own)
    const unknownCounts = unknowns.size === 0 ? [] : [...unknowns.values()]
    return model.nats({ counts: model.counts(patternHash, distinct, counts, size, unknownCounts, own), ...order })
  }
  #isKnown({ orderHash, unknowns }: SessionReading, own: 0 | 1): boolean {
    if (unknowns.size > 0) return false
    const others = this.#orders.get(orderHash) - own
    return others >= (this.trained === 'normal' ? 1 : Math.max(1, knownShare * this.#size))
  }
  #countSession(code: number): void {
    if (code >= this.#sessionsWith.length) {
      const larger = new Float64Array(code * 2)
      larger.set(this.#sessionsWith)
      this.#sessionsWith = larger
    }
    this.#sessionsWith[code] = (this.#sessionsWith[code] ?? 0) + 1
  }
  #settled(): Model | undefined {
    if (this.#pending > growth * (this.#size - this.#pending)) this.#settle()
    return this.#model
  }
  #settle(): void {
    if (this.#pending === 0) return
    this.#pending = 0
    this.#model = new Model({
      trained: this.trained,
      sessions: this.#size,
      patterns: this.#patterns.sorted(),
      sessionsWith: this.#sessionsWith.slice(0, this.#vocabulary.size),
      transitions: this.#transitions,
      sample: this.#sample.sessions(),
    })
  }
}

/** Learns sessions, given as lists of event ids. */
export const learnSessions = (sessions: Iterable<Session>, options: SessionsOptions = {}): Sessions => {
  const learnt = new Sessions(options)
  for (const session of sessions) learnt.add(session)
  return learnt
}
