import { day, hour } from '../../../lib/units/time.ts'

/** Long enough for three runs of a weekly job. */
const memory = 22 * day
const most = 50
/** The minimum relative size of a similar anomaly. */
const alike = 0.8
/** At the same time of day, as of a nightly job. */
const alikeAtHour = 0.1

/** A past anomaly and its size. */
export interface PastAnomaly {
  readonly time: number
  readonly size: number
}

/**
 * Whether an anomaly is new: fewer than two of similar size happened in the past three weeks. A weekly job is rare by the minute
 * but expected.
 */
export const isUnfamiliar = (past: readonly PastAnomaly[], time: number, size: number): boolean => {
  let known = 0
  for (const { time: before, size: other } of past) {
    const isLarge = other >= (isSameHour(before, time) ? alikeAtHour : alike) * size
    if (time - before < memory && isLarge && ++known === 2) return false
  }
  return true
}

const isSameHour = (a: number, b: number): boolean => {
  const apart = Math.abs(a - b) % day
  return Math.min(apart, day - apart) <= 1.5 * hour
}

/** Adds an anomaly to the history. */
export const addPastAnomaly = (past: readonly PastAnomaly[], anomaly: PastAnomaly): PastAnomaly[] => [
  ...past.slice(1 - most),
  anomaly,
]
