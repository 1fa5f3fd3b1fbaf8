import type { EventPattern } from './pattern-book.ts'
import { PatternIndex, type Weights } from './pattern-distance.ts'

/** The number of most frequent patterns that are compared with all others. */
const compared = 400
/** The first round weighs all events alike; the second knows which of them matter, and the third would change little. */
const rounds = 2

export interface EventWeights {
  readonly known: Weights
  readonly unknown: number
}

/**
 * Learns how much a difference in each event's count means. Two facts give it weight: that the event is in few sessions (inverse document
 * frequency; Salton and Buckley, IPM 1988), and that neighbours seldom differ in it: where common patterns differ from their nearest ones
 * in the retries only, another count of retries means nothing, and another count of any other event much. Each counts as −log of its share.
 * Neighbours count by the rarer one's frequency, so that differences among rare sessions only, which may be the anomalous ones, stay heavy.
 * O(compared · postings).
 */
export const weighEvents = (
  patterns: readonly EventPattern[],
  sessionsWith: ArrayLike<number>,
  sessions: number,
): EventWeights => {
  const size = sessionsWith.length
  const changes = new Float64Array(size)
  let weights: Weights = new Float64Array(size).fill(1)
  let witnesses = 0
  const rarity = (count: number) => Math.log((sessions + 1) / (count + 0.5))
  const constancy = (count: number) => Math.log((witnesses + 2) / (count + 0.5))
  for (let round = 0; round < rounds; round++) {
    const index = new PatternIndex(patterns, weights, 1)
    changes.fill(0)
    witnesses = 0
    for (let i = 0; i < Math.min(compared, patterns.length); i++) {
      const pattern = patterns[i]
      const nearest = pattern && patterns[nearestOther(index, pattern, i)]
      if (!pattern || !nearest) continue
      const weight = Math.log2(1 + Math.min(pattern.sessions, nearest.sessions))
      witnesses += weight
      for (const code of differing(pattern, nearest)) changes[code] = (changes[code] ?? 0) + weight
    }
    weights = changes.map((count) => constancy(count))
  }
  const known = weights.map((weight, code) => weight + rarity(sessionsWith[code] ?? 0))
  return { known, unknown: constancy(0) + rarity(0) }
}

const nearestOther = (index: PatternIndex, { codes, counts }: EventPattern, self: number): number => {
  const distances = index.distances(codes, counts, codes.length)
  let best = -1
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at < distances.length; at++) {
    const distance = distances[at] ?? 0
    // Nearer only by more than rounding errors; the more frequent comes first.
    if (at !== self && distance < least - 1e-12) {
      least = distance
      best = at
    }
  }
  return best
}

const differing = (a: EventPattern, b: EventPattern): number[] => {
  const counts = new Map<number, number>()
  a.codes.forEach((code, i) => void counts.set(code, a.counts[i] ?? 0))
  const codes: number[] = []
  b.codes.forEach((code, i) => {
    if (counts.get(code) !== b.counts[i]) codes.push(code)
    counts.delete(code)
  })
  return [...codes, ...counts.keys()]
}
