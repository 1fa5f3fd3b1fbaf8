import { climb, type DriftFinding, show } from './finding.ts'
import type { DriftNumberColumn } from './record-table.ts'

/** The numbers of a field, sorted, with their most used statistics. */
export interface Numbers {
  readonly sorted: Float64Array
  readonly mean: number
  readonly deviation: number
  readonly least: number
  readonly most: number
  readonly distinct: number
  readonly whole: boolean
}

const fewest = 10
const fewestForVariance = 15
/** In standard errors: two means, or two shares, of the same population rarely differ by more. */
const sure = 4

/** Summarizes a column. Sorted first, so that the order of rows changes nothing, not even in the last digit. */
export const numbersOf = ({ values, present }: DriftNumberColumn): Numbers => {
  const sorted = present === values.length ? values.toSorted() : values.filter((value) => !Number.isNaN(value)).sort()
  let sum = 0
  let distinct = 0
  let whole = true
  for (let i = 0; i < sorted.length; i += 1) {
    const value = sorted[i] ?? 0
    sum += value
    if (i === 0 || value !== sorted[i - 1]) distinct += 1
    whole &&= Number.isInteger(value)
  }
  const mean = sorted.length === 0 ? 0 : sum / sorted.length
  let squares = 0
  for (const value of sorted) squares += (value - mean) ** 2
  return {
    sorted,
    mean,
    deviation: sorted.length === 0 ? 0 : Math.sqrt(squares / sorted.length),
    least: sorted[0] ?? 0,
    most: sorted.at(-1) ?? 0,
    distinct,
    whole,
  }
}

/** Compares the numbers of a field: location, spread, and values out of range. */
export const numericDrift = (name: string, before: Numbers, after: Numbers): readonly DriftFinding[] => {
  if (before.sorted.length < fewest || after.sorted.length === 0) return []
  if (names(name, before) && names(name, after)) return []
  return [
    ...meanDrift(name, before, after),
    ...varianceDrift(name, before, after),
    ...rangeDrift(name, before, after),
    ...outliers(name, before, after),
    ...histogramDrift(name, before, after),
  ]
}

/**
 * Whole numbers called an id, or each once and called a number of something: they are names, and their range means nothing. An id may
 * repeat, because a query may return the same rows again.
 */
export const isIdentifier = (name: string, whole: boolean, eachOnce: boolean): boolean =>
  whole &&
  (/(?:^|[_-])(?:id|ID|uid)$|[a-z](?:Id|ID)$/.test(name) ||
    (eachOnce && /(?:^|[_-]|[a-z])(?:id|uid|key|Key|seq|Seq|no|No)$/.test(name)))

const names = (name: string, { whole, distinct, sorted }: Numbers): boolean =>
  isIdentifier(name, whole, distinct === sorted.length)

/** The size of one step: the deviation, or a hundredth of a number that never moved. */
const scaleOf = ({ deviation, mean }: Numbers): number =>
  deviation > 0 ? deviation : Math.max(0.001, Math.abs(mean) / 100)

const meanDrift = (name: string, before: Numbers, after: Numbers): readonly DriftFinding[] => {
  const shift = Math.abs(after.mean - before.mean)
  const scale = scaleOf(before)
  const error = scale * Math.sqrt(1 / before.sorted.length + 1 / after.sorted.length)
  // One number alone is a mean, too: three deviations off is beyond chance for it, one is not.
  if (shift <= (after.sorted.length === 1 ? 2.5 : sure - 1) * error) return []
  const step = climb(shift / scale, { low: 1, medium: 3, high: 6 })
  return step
    ? [
        {
          type: 'numeric_mean',
          fields: [name],
          ...step,
          value: shift / scale,
          before: show(before.mean),
          after: show(after.mean),
          sentence: `The mean of ${name} moved by ${show(shift / scale)} standard deviations, from ${show(before.mean)} to ${show(after.mean)}.`,
        },
      ]
    : []
}

const varianceDrift = (name: string, before: Numbers, after: Numbers): readonly DriftFinding[] => {
  if (Math.min(before.sorted.length, after.sorted.length) < fewestForVariance || before.deviation === 0) return []
  const ratio = after.deviation / before.deviation
  const step =
    climb(ratio, { medium: 2, high: 3 }) ??
    (ratio < 0.3
      ? { severity: 'high' as const, threshold: 0.3 }
      : ratio < 0.5
        ? { severity: 'medium' as const, threshold: 0.5 }
        : undefined)
  return step
    ? [
        {
          type: 'numeric_variance',
          fields: [name],
          ...step,
          value: ratio,
          before: show(before.deviation),
          after: show(after.deviation),
          sentence: `${name} varies ${show(ratio)} times as much as before: its standard deviation went from ${show(before.deviation)} to ${show(after.deviation)}.`,
        },
      ]
    : []
}

/** A history that never moved has the width of a hundredth of its number. */
const widthOf = ({ least, most }: Numbers): number =>
  most > least ? most - least : Math.max(0.001, Math.abs(most) / 100)

const rangeWords = ({ least, most }: Numbers): string => `${show(least)}–${show(most)}`

const rangeDrift = (name: string, before: Numbers, after: Numbers): readonly DriftFinding[] => {
  if (after.sorted.length < 2 || before.most === before.least) return []
  const width = widthOf(before)
  const grown = Math.max(0, before.least - after.least) + Math.max(0, after.most - before.most)
  const ratio = (after.most - after.least) / width
  const step = climb(ratio, { medium: 1.5, high: 2 }) ?? climb(1 + grown / width, { low: 1.1 })
  return step
    ? [
        {
          type: 'numeric_range',
          fields: [name],
          ...step,
          value: step.severity === 'low' ? 1 + grown / width : ratio,
          before: rangeWords(before),
          after: rangeWords(after),
          sentence: `${name} spans ${rangeWords(after)} where ${rangeWords(before)} was usual.`,
        },
      ]
    : []
}

/** How far a number is outside of a range, in widths of the range. */
export const outsideBy = (value: number, least: number, most: number, width = most - least): number =>
  Math.max(0, least - value, value - most) / width

const outliers = (name: string, before: Numbers, after: Numbers): readonly DriftFinding[] => {
  const width = widthOf(before)
  const below = outsideBy(after.least, before.least, before.most, width)
  const above = outsideBy(after.most, before.least, before.most, width)
  const furthest = below > above ? after.least : after.most
  const value = Math.max(below, above)
  const step = climb(value, { medium: 0.2, high: 0.5 })
  return step
    ? [
        {
          type: 'numeric_outlier',
          fields: [name],
          ...step,
          value,
          before: rangeWords(before),
          after: show(furthest),
          sentence: `${name} has a value of ${show(furthest)}, far outside of ${rangeWords(before)}.`,
        },
      ]
    : []
}

/** The sum of the differences that two samples of one population have by chance, so much that it is hardly ever more. */
export const chanceDifference = (shares: readonly number[], before: number, after: number): number => {
  let mean = 0
  let variance = 0
  for (const share of shares) {
    const spread = share * (1 - share) * (1 / before + 1 / after)
    mean += Math.sqrt((2 / Math.PI) * spread)
    variance += (1 - 2 / Math.PI) * spread
  }
  return mean + sure * Math.sqrt(variance)
}

const histogramDrift = (name: string, before: Numbers, after: Numbers): readonly DriftFinding[] => {
  const rows = Math.min(before.sorted.length, after.sorted.length)
  const bins = Math.min(10, Math.floor(rows / 20))
  if (bins < 2 || before.most === before.least) return []
  // The bins cut the former numbers into equal parts: a tail does not empty them.
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(before.sorted, (i + 1) / bins))
  const old = sharesIn(before.sorted, edges)
  const young = sharesIn(after.sorted, edges)
  const shift = old.reduce((sum, share, bin) => sum + Math.abs(share - (young[bin] ?? 0)), 0)
  const chance = chanceDifference(old, before.sorted.length, after.sorted.length)
  const step = shift > chance ? climb(shift, { medium: 0.4, high: 0.6 }) : undefined
  const filled = (shares: readonly number[]) => shares.filter((share) => share >= 0.01).length
  const [oldBins, newBins] = [filled(old), filled(young)]
  const found: DriftFinding[] = []
  if (step) {
    found.push({
      type: 'distribution_shift',
      fields: [name],
      ...step,
      value: shift,
      before: `median ${show(quantile(before.sorted, 0.5))}`,
      after: `median ${show(quantile(after.sorted, 0.5))}`,
      sentence: `The values of ${name} are spread differently: their histograms differ by ${show(shift)} of at most 2.`,
    })
  }
  if (shift > chance && newBins * 2 <= oldBins) {
    found.push({
      type: 'distribution_bin_count',
      fields: [name],
      severity: 'medium',
      value: newBins / oldBins,
      threshold: 0.5,
      before: `${oldBins} bins`,
      after: `${newBins} bins`,
      sentence: `${name} fills ${newBins} bins of its histogram where it filled ${oldBins}.`,
    })
  }
  return found
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** The share of sorted numbers in each bin; a bin includes its lower edge. */
const sharesIn = (sorted: Float64Array, edges: readonly number[]): readonly number[] => {
  const shares = new Array<number>(edges.length + 1).fill(0)
  let bin = 0
  for (const value of sorted) {
    while (bin < edges.length && value >= (edges[bin] ?? 0)) bin += 1
    shares[bin] = (shares[bin] ?? 0) + 1 / sorted.length
  }
  return shares
}
