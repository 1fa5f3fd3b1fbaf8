import { climb, type DriftFinding, percentToTenth, show } from './finding.ts'
import { chanceDifference } from './numeric.ts'
import type { CategoryColumn } from './record-table.ts'

const fewest = 10
const mostWords = 1_000

/** Repeated words: if more than half of the values differ, they are texts, names or keys, without usual values. */
export const isCategorical = ({ present, words }: CategoryColumn): boolean =>
  present >= fewest && words.length <= Math.min(mostWords, present / 2)

/** Compares the words of a field: how many different ones, how often each, and which are the most frequent. */
export const categoricalDrift = (
  name: string,
  before: CategoryColumn,
  after: CategoryColumn,
): readonly DriftFinding[] => {
  if (!isCategorical(before) || after.present === 0) return []
  const counts = countsOf(after)
  return [
    ...cardinalityDrift(name, before, after),
    ...(after.present < fewest ? [] : frequencyDrift(name, before, after, counts)),
    ...(after.present < fewest ? [] : dominantDrift(name, before, after, counts)),
  ]
}

const countsOf = ({ words, counts }: CategoryColumn): ReadonlyMap<string, number> =>
  new Map(words.map((word, code) => [word, counts[code] ?? 0]))

/**
 * Compares how many different words there are with how many a sample of this size has (rarefaction, Hurlbert 1971), plus the unseen ones
 * (Good 1953): a smaller batch naturally has fewer words.
 */
const cardinalityDrift = (name: string, before: CategoryColumn, after: CategoryColumn): readonly DriftFinding[] => {
  let expected = 0
  let variance = 0
  for (const count of before.counts) {
    const seen = 1 - (1 - count / before.present) ** after.present
    expected += seen
    variance += seen * (1 - seen)
  }
  const unseen = (after.present * before.counts.filter((count) => count === 1).length) / before.present
  const usual = Math.round((expected + unseen) * 1000) / 1000
  const ratio = after.words.length / usual
  const off = Math.abs(after.words.length - usual)
  if (off < 1.5 || off <= 4 * Math.sqrt(variance + unseen)) return []
  const step =
    climb(ratio, { low: 1.2, medium: 1.3, high: 1.5 }) ??
    (ratio < 0.8 ? { severity: 'low' as const, threshold: 0.8 } : undefined)
  return step
    ? [
        {
          type: 'categorical_cardinality',
          fields: [name],
          ...step,
          value: ratio,
          before: `${show(Math.round(usual))} different values`,
          after: `${after.words.length} different values`,
          sentence: `${name} has ${after.words.length} different values where about ${show(Math.round(usual))} are usual in so many records.`,
        },
      ]
    : []
}

/** Compares the frequency of each usual word. */
const frequencyDrift = (
  name: string,
  before: CategoryColumn,
  after: CategoryColumn,
  counts: ReadonlyMap<string, number>,
): readonly DriftFinding[] => {
  const shares = before.counts.map((count) => count / before.present)
  const changes = before.words.map((word, code) => {
    const share = shares[code] ?? 0
    return { word, share, now: (counts.get(word) ?? 0) / after.present }
  })
  const sum = changes.reduce((total, { share, now }) => total + Math.abs(now - share), 0)
  if (sum <= chanceDifference(shares, before.present, after.present)) return []
  const furthest = changes.reduce((a, b) => (Math.abs(b.now - b.share) > Math.abs(a.now - a.share) ? b : a))
  const mean = sum / changes.length
  const shift = Math.abs(furthest.now - furthest.share)
  const step = climb(mean, { medium: 0.1, high: 0.2 }) ?? climb(shift, { low: 0.2 })
  return step
    ? [
        {
          type: 'categorical_distribution',
          fields: [name],
          ...step,
          value: step.severity === 'low' ? shift : mean,
          before: `${furthest.word} ${percentToTenth(furthest.share)}`,
          after: `${furthest.word} ${percentToTenth(furthest.now)}`,
          sentence: `The values of ${name} come in other shares: ${furthest.word} in ${percentToTenth(furthest.now)} of the records where it was ${percentToTenth(furthest.share)}.`,
        },
      ]
    : []
}

const top = 3

const dominantDrift = (
  name: string,
  before: CategoryColumn,
  after: CategoryColumn,
  counts: ReadonlyMap<string, number>,
): readonly DriftFinding[] => {
  const old = mostFrequent(countsOf(before))
  const young = mostFrequent(counts)
  // Among equally frequent words, the order is chance: only one that lost much of its share has disappeared.
  const gone = old.filter(([word, count]) => {
    const share = count / before.present
    const now = (counts.get(word) ?? 0) / after.present
    const error = Math.sqrt(
      Math.max(share * (1 - share), 1 / before.present) * (1 / before.present + 1 / after.present),
    )
    return !young.some(([other]) => other === word) && share - now > 3 * error
  })
  if (gone.length < 2) return []
  const list = (words: readonly (readonly [string, number])[]) => words.map(([word]) => word).join(', ')
  return [
    {
      type: 'categorical_dominant',
      fields: [name],
      severity: 'medium',
      value: gone.length,
      threshold: 1,
      before: list(old),
      after: list(young),
      sentence: `The most frequent values of ${name} are ${list(young)}; they were ${list(old)}.`,
    },
  ]
}

const mostFrequent = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, top)
