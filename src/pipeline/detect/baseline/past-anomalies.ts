import { day } from '../../../lib/units/time.ts'

const fortnight = 14 * day
const most = 50
/** The minimum relative size of a similar anomaly. */
const alike = 0.8

/** A past anomaly and its size. */
export interface PastAnomaly {
  readonly time: number
  readonly size: number
}

/**
 * Whether an anomaly is new: fewer than two of similar or larger size happened in the past two weeks. A weekly job is rare by the minute
 * but expected.
 */
export const isUnfamiliar = (past: readonly PastAnomaly[], time: number, size: number): boolean => {
  let known = 0
  for (const anomaly of past)
    if (time - anomaly.time < fortnight && anomaly.size >= alike * size && ++known === 2) return false
  return true
}

/** Adds an anomaly to the history. */
export const addPastAnomaly = (past: readonly PastAnomaly[], anomaly: PastAnomaly): PastAnomaly[] => [
  ...past.slice(1 - most),
  anomaly,
]
