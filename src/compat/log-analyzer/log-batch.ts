import { z } from 'zod'

const truthy = (value: unknown): boolean => Boolean(value)
const needed = z.unknown().refine(truthy)

/** A log line of the ingest service. Other fields are stored as well. */
export const analyzerLog = z.looseObject({ timestamp: needed, service: needed, level: needed, message: needed })

/** The counts of a batch of logs. */
export const batchFeatures = z.object({
  count: z.int(),
  warn_count: z.int(),
  error_count: z.int(),
  failed_login_count: z.int(),
  services: z.array(z.string()),
})
export type BatchFeatures = z.infer<typeof batchFeatures>

const failedLogin = /failed\s*login|auth\s*fail|invalid\s*password/i

/** Counts the levels, failed logins and services of a batch. */
export const analyzerFeatures = (logs: readonly z.infer<typeof analyzerLog>[]): BatchFeatures => {
  const atLevel = (level: string) => logs.filter((log) => String(log.level).toUpperCase() === level).length
  return {
    count: logs.length,
    warn_count: atLevel('WARN'),
    error_count: atLevel('ERROR'),
    failed_login_count: logs.filter((log) => failedLogin.test(String(log.message))).length,
    services: [...new Set(logs.map((log) => String(log.service)))],
  }
}

/** The two features that the score depends on. */
export const scoredFeatures = z.object({
  failed_logins: z.number().min(0),
  /** The share of errors, 0–1. */
  error_rate: z.number().min(0).max(1),
})
export type ScoredFeatures = z.infer<typeof scoredFeatures>

/** Returns the features of a batch; an empty batch has an error rate of 0. */
export const scoredPart = ({ count, error_count, failed_login_count }: BatchFeatures): ScoredFeatures => ({
  failed_logins: failed_login_count,
  error_rate: count === 0 ? 0 : error_count / count,
})
