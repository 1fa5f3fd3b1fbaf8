/** The changes between the results a query used to give and those it gives now. */
export const driftTypes = [
  'numeric_range',
  'numeric_mean',
  'numeric_variance',
  'numeric_outlier',
  'distribution_shift',
  'distribution_bin_count',
  'categorical_cardinality',
  'categorical_distribution',
  'categorical_dominant',
  'date_weekday_pattern',
  'null_ratio',
  'correlation',
  'enum_correlation',
  'new_field',
  'missing_field',
  'type_change',
] as const
export type DriftType = (typeof driftTypes)[number]

/** One change, with the number that decided it. */
export interface DriftFinding {
  readonly type: DriftType
  /** The field that changed; two when it is how they go together. */
  readonly fields: readonly string[]
  /** Low: relevant if something else is anomalous. Medium: beyond chance. High: far beyond. */
  readonly severity: 'low' | 'medium' | 'high'
  readonly value: number
  /** The threshold that `value` exceeded. */
  readonly threshold: number
  /** The values before and now, in words. */
  readonly before: string
  readonly after: string
  readonly sentence: string
}

/** The thresholds of a measure for low, medium and high. */
export interface Ladder {
  readonly low?: number
  readonly medium?: number
  readonly high?: number
}

/** Returns the highest step that a value exceeds; an equal value does not exceed it. */
export const climb = (value: number, ladder: Ladder): Pick<DriftFinding, 'severity' | 'threshold'> | undefined => {
  for (const severity of ['high', 'medium', 'low'] as const) {
    const threshold = ladder[severity]
    if (threshold !== undefined && value > threshold) return { severity, threshold }
  }
  return undefined
}

/** Formats a number for people, with at most four significant digits. */
export const show = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(4)))

/** Writes a share as percent. */
export const percentToTenth = (share: number): string => `${show(Math.round(share * 1000) / 10)} %`
