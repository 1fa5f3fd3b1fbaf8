import type { Measures, Trained } from './model.ts'
import type { EventPattern } from './pattern-book.ts'
import { amount, type PatternIndex } from './pattern-distance.ts'
import type { Session, SessionReading } from './reading.ts'
import { pairKey, type Transitions } from './transitions.ts'
import { end, sessionStart, unknown, type Vocabulary } from './vocabulary.ts'

/** One reason that a session is anomalous. `weight` is its share of the surprise: all of them sum to at most 1. */
export type SessionFact = { readonly weight: number } & (
  | { readonly kind: 'new-event'; readonly event: string; readonly count: number }
  /** Counted otherwise than in the nearest learnt session; 0 is "not at all". `share` is that of sessions which hold the event. */
  | {
      readonly kind: 'odd-count' | 'missing-event' | 'extra-event'
      readonly event: string
      readonly count: number
      readonly usual: number
      readonly share: number
    }
  /** `share` is that of sessions with this transition; `usual` is what comes most often there, in that share of the sessions. */
  | {
      readonly kind: 'odd-transition' | 'odd-start' | 'odd-end'
      /** Where in the session, from 0: the place of `to`. */
      readonly at: number
      /** Undefined at the beginning. */
      readonly from: string | undefined
      /** Undefined at the end. */
      readonly to: string | undefined
      readonly share: number
      readonly usual: string | undefined
      readonly usualShare: number
    }
)

interface Known {
  readonly trained: Trained
  readonly index: PatternIndex
  readonly vocabulary: Vocabulary
  readonly transitions: Transitions
  readonly sessions: number
  readonly sessionsWith: (code: number) => number
  /** 1 for a session that was learnt. */
  readonly own: 0 | 1
}

/** A candidate for the explanation: its usual value is looked up only on use. */
interface Draft {
  readonly weight: number
  readonly tell: (weight: number) => SessionFact
}

/** Reasons below this share of the surprise are omitted, and so are all after the eighth. */
const leastWeight = 0.02
const most = 8
/** A pattern that so many sessions have is usual, also with anomalous ones among the learnt. */
const commonShare = 0.01

/**
 * Attributes the surprise of the counts to the events that differ from the nearest pattern, and that of the order to the anomalous pairs.
 */
export const explainSession = (
  session: Session,
  reading: SessionReading,
  nats: Measures,
  known: Known,
): SessionFact[] => {
  const total = nats.counts + nats.pairs + nats.triples
  if (total <= 0) return []
  const counts = countDrafts(reading, known)
  const order = orderDrafts(session, reading, known)
  const countShare = nats.counts / total / sum([...counts.drafts, ...counts.news.values()])
  const orderShare = (nats.pairs + nats.triples) / total / sum([...order.drafts, ...order.news.values()])
  const drafts: Draft[] = [
    ...scale(counts.drafts, countShare),
    ...scale(order.drafts, orderShare),
    ...[...reading.unknowns].map(([event, count]) => ({
      weight: (counts.news.get(event)?.weight ?? 0) * countShare + (order.news.get(event)?.weight ?? 0) * orderShare,
      tell: (weight: number): SessionFact => ({ kind: 'new-event', event, count, weight }),
    })),
  ]
  return drafts
    .filter(({ weight }) => weight >= leastWeight)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, most)
    .map(({ weight, tell }) => tell(weight))
}

const sum = (parts: readonly { readonly weight: number }[]): number =>
  parts.reduce((all, { weight }) => all + weight, 0) || Number.POSITIVE_INFINITY
const scale = (drafts: readonly Draft[], share: number): Draft[] =>
  drafts.map(({ weight, tell }) => ({ weight: weight * share, tell }))

/** Facts about known events, and what new events add. */
interface Drafts {
  readonly drafts: readonly Draft[]
  readonly news: ReadonlyMap<string, { readonly weight: number }>
}

const countDrafts = (
  reading: SessionReading,
  { trained, index, vocabulary, sessions, sessionsWith, own }: Known,
): Drafts => {
  const { distinct, counts, size, unknowns, patternHash } = reading
  const distances = index.distances(distinct, counts, size, [...unknowns.values()])
  const isSelf = (pattern: EventPattern) => own === 1 && pattern.hash === patternHash && pattern.sessions <= 1
  // Anomalous sessions among the learnt may have similar ones: the usual value is that of many sessions.
  const pattern =
    (trained === 'everything' && nearestOf(index.patterns, distances, (p) => p.sessions >= commonShare * sessions)) ||
    nearestOf(index.patterns, distances, (p) => !isSelf(p))
  const usualCounts = new Map<number, number>()
  pattern?.codes.forEach((code, i) => void usualCounts.set(code, pattern.counts[i] ?? 0))
  const differ = (code: number, count: number, usual: number): Draft => ({
    weight: (index.weights[code] ?? index.unknownWeight) * Math.abs(amount(count) - amount(usual)),
    tell: (weight) => ({
      kind: count === 0 ? 'missing-event' : usual === 0 ? 'extra-event' : 'odd-count',
      event: vocabulary.nameOf(code),
      count,
      usual,
      share: sessionsWith(code) / sessions,
      weight,
    }),
  })
  const drafts: Draft[] = []
  for (let i = 0; i < size; i++) {
    const code = distinct[i] ?? 0
    const count = counts[i] ?? 0
    const usual = usualCounts.get(code) ?? 0
    usualCounts.delete(code)
    if (usual !== count) drafts.push(differ(code, count, usual))
  }
  for (const [code, usual] of usualCounts) drafts.push(differ(code, 0, usual))
  const news = [...unknowns].map(([event, count]) => [event, { weight: amount(count) * index.unknownWeight }] as const)
  return { drafts, news: new Map(news) }
}

const nearestOf = (
  patterns: readonly EventPattern[],
  distances: Float64Array,
  isUsual: (pattern: EventPattern) => boolean,
): EventPattern | undefined => {
  let least = Number.POSITIVE_INFINITY
  let nearest: EventPattern | undefined
  patterns.forEach((pattern, at) => {
    const distance = distances[at] ?? 1
    if (distance >= least || !isUsual(pattern)) return
    least = distance
    nearest = pattern
  })
  return nearest
}

const orderDrafts = (session: Session, reading: SessionReading, known: Known): Drafts => {
  const { codes, length } = reading
  const { vocabulary, transitions, sessions, own } = known
  const surprise = (count: number) => Math.log((sessions + 1 - own) / (count + 0.5)) ** 4
  const drafts: Draft[] = []
  const news = new Map<string, { weight: number }>()
  const seen = new Set<number>()
  for (let at = 0; at <= length; at++) {
    const from = at === 0 ? sessionStart : (codes[at - 1] ?? unknown)
    const to = at === length ? end : (codes[at] ?? unknown)
    // Neighbours of a new event are new because of it.
    if (from === unknown || to === unknown) {
      const event = String(to === unknown ? session[at] : session[at - 1])
      news.set(event, { weight: (news.get(event)?.weight ?? 0) + surprise(0) })
      continue
    }
    if (seen.size === seen.add(pairKey(from, to)).size) continue
    const count = Math.max(0, transitions.count(from, to) - own)
    drafts.push({
      weight: surprise(count),
      tell(weight) {
        const usual = transitions.usualAfter(from, (code) => vocabulary.hashOf(code))
        return {
          kind: at === 0 ? 'odd-start' : at === length ? 'odd-end' : 'odd-transition',
          at,
          from: at === 0 ? undefined : String(session[at - 1]),
          to: at === length ? undefined : String(session[at]),
          share: count / sessions,
          usual: usual.to === end ? undefined : vocabulary.nameOf(usual.to),
          usualShare: usual.count / sessions,
          weight,
        }
      },
    })
  }
  return { drafts, news }
}
