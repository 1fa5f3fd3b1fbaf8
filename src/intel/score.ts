import { z } from 'zod'
import { day } from '../lib/units/time.ts'
import type { Report } from '../schema/indicator.ts'
import type { TrustIn } from './sum-up.ts'

const points = (fallback: number) =>
  z.number().min(0).max(100).default(fallback).describe('Points for a report of this level.')

/** The numbers behind the score of what sources say. */
export const scoreOptions = z.strictObject({
  weights: z
    .record(z.string(), z.number().min(0).max(1))
    .default({})
    .describe(
      'How much sources count beside each other, by name or type of feed; the greatest is believed wholly. Those of the contract are virustotal .4, otx .3, abuse_ch .3.',
    ),
  levels: z
    .strictObject({ critical: points(100), high: points(85), medium: points(55), low: points(30), info: points(0) })
    .prefault({})
    .describe('Points for the level that a source gives.'),
  fresh_days: z
    .number()
    .positive()
    .default(30)
    .describe('After so many days since it was last seen, a report counts least.'),
  stale_share: z.number().min(0).max(1).default(0.3).describe('How much a report counts then.'),
})
export type ScoreOptions = z.output<typeof scoreOptions>

const usualWeights: Readonly<Record<string, number>> = {
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

/** Those who share a weight and a key. */
export const abuseChTypes: readonly string[] = ['abuse-ch', 'feodo', 'malwarebazaar', 'threatfox', 'urlhaus']

/** Makes the function that says how much a source is believed, given the type of the source of each name. */
export const trustBy = (typeOf: (source: string) => string, { weights }: Pick<ScoreOptions, 'weights'>): TrustIn => {
  const all = { ...usualWeights, ...weights }
  const greatest = Math.max(...Object.values(all), Number.MIN_VALUE)
  return (source) => {
    const type = typeOf(source)
    const family = abuseChTypes.includes(type) ? 'abuse_ch' : type
    return (all[source] ?? all[type] ?? all[family] ?? all.other ?? 0) / greatest
  }
}

/**
 * Scores what sources say of one value, 0–100: points for the level, times confidence, freshness and trust; joined like chances, so that
 * a source more never makes it less. score = 100·(1 − ∏(1 − points/100 · confidence · freshness · trust)).
 */
export const scoreOf = (
  reports: Readonly<Record<string, Report>>,
  { now, trust, options }: { readonly now: number; readonly trust: TrustIn; readonly options: ScoreOptions },
): number => {
  const doubt = Object.entries(reports).reduce((left, [source, report]) => {
    const share = (options.levels[report.threat_level] / 100) * report.confidence * freshness(report, now, options)
    return left * (1 - share * trust(source))
  }, 1)
  return Math.round((1 - doubt) * 1000) / 10
}

/** A report that does not say when it was seen counts for as long as it holds. */
const freshness = ({ last_seen }: Report, now: number, { fresh_days, stale_share }: ScoreOptions): number => {
  if (last_seen === null) return 1
  const days = Math.max(0, now - Date.parse(last_seen)) / day
  return Math.max(stale_share, 1 - days / fresh_days)
}
