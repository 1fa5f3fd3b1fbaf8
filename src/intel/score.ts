import { z } from 'zod'
import { day } from '../lib/units/time.ts'
import type { Report } from '../schema/intelligence/indicator.ts'
import type { SourceTrust } from './summarize-indicator.ts'

const points = (fallback: number) =>
  z.number().min(0).max(100).default(fallback).describe('Points for a report of this severity.')

/** The parameters of the score. */
export const scoreOptions = z.strictObject({
  weights: z
    .record(z.string(), z.number().min(0).max(1))
    .default({})
    .describe(
      'The weights of sources, by name or type. The largest weight counts fully, the others in proportion. The defaults include virustotal 0.4, otx 0.3, abuse_ch 0.3.',
    ),
  levels: z
    .strictObject({ critical: points(100), high: points(85), medium: points(55), low: points(30), info: points(0) })
    .prefault({})
    .describe('Points for the severity that a source reports.'),
  fresh_days: z
    .number()
    .positive()
    .default(30)
    .describe('The number of days since it was last seen after which a report is stale.'),
  stale_share: z.number().min(0).max(1).default(0.3).describe('The weight of a stale report, 0–1.'),
})
export type IntelScoreOptions = z.output<typeof scoreOptions>

const defaultWeights: Readonly<Record<string, number>> = {
  own: 0.4,
  virustotal: 0.4,
  'spamhaus-drop': 0.4,
  import: 0.3,
  otx: 0.3,
  abuse_ch: 0.3,
  misp: 0.3,
  'misp-feed': 0.3,
  taxii: 0.3,
  stix: 0.3,
  abuseipdb: 0.25,
  greynoise: 0.25,
  other: 0.2,
}

/** The feeds and lookups of abuse.ch. They share a weight and a key. */
export const abuseChTypes: readonly string[] = ['abuse-ch', 'feodo', 'malwarebazaar', 'threatfox', 'urlhaus']

/** Returns a function that gives the trust in a source by its name. `typeOf` returns the type of a source. */
export const createSourceTrust = (
  typeOf: (source: string) => string,
  { weights }: Pick<IntelScoreOptions, 'weights'>,
): SourceTrust => {
  const all = { ...defaultWeights, ...weights }
  const largest = Math.max(...Object.values(all), Number.MIN_VALUE)
  return (source) => {
    const type = typeOf(source)
    const family = abuseChTypes.includes(type) ? 'abuse_ch' : type
    return (all[source] ?? all[type] ?? all[family] ?? all.other ?? 0) / largest
  }
}

/**
 * Scores the reports about one value, 0–100. Each report contributes points for its severity, times confidence, freshness and trust. The
 * contributions combine like probabilities, so that another report never lowers the score:
 * score = 100·(1 − ∏(1 − points/100 · confidence · freshness · trust)).
 */
export const scoreOf = (
  reports: Readonly<Record<string, Report>>,
  { now, trust, options }: { readonly now: number; readonly trust: SourceTrust; readonly options: IntelScoreOptions },
): number => {
  const doubt = Object.entries(reports).reduce((left, [source, report]) => {
    const share = (options.levels[report.threat_level] / 100) * report.confidence * freshness(report, now, options)
    return left * (1 - share * trust(source))
  }, 1)
  return Math.round((1 - doubt) * 1000) / 10
}

/** A report without a last-seen time counts as fresh. */
const freshness = ({ last_seen }: Report, now: number, { fresh_days, stale_share }: IntelScoreOptions): number => {
  if (last_seen === null) return 1
  const days = Math.max(0, now - Date.parse(last_seen)) / day
  return Math.max(stale_share, 1 - days / fresh_days)
}
