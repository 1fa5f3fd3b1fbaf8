import { z } from 'zod'

/** The one ladder of severities, mildest first. */
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const

export const severity = z.enum(severities).meta({ id: 'Severity' })
export type Severity = z.infer<typeof severity>

/** Ranks a severity, 0 (info) to 4 (critical), so that two can be compared. */
export const severityRank = (value: Severity): number => ranks[value]

const ranks: Readonly<Record<Severity, number>> = { info: 0, low: 1, medium: 2, high: 3, critical: 4 }

/** Returns the higher of two severities. */
export const moreSevere = (a: Severity, b: Severity): Severity => (severityRank(a) >= severityRank(b) ? a : b)

/** The lowest risk score (0–100) of each level. */
export const lowestScore: Readonly<Record<Severity, number>> = { critical: 90, high: 70, medium: 40, low: 20, info: 0 }

/** Maps a risk score (0–100) to its level: ≥ 90 critical, ≥ 70 high, ≥ 40 medium, ≥ 20 low, else info. */
export const riskLevel = (score: number): Severity =>
  score >= 90 ? 'critical' : score >= 70 ? 'high' : score >= 40 ? 'medium' : score >= 20 ? 'low' : 'info'
