import { z } from 'zod'
import { alertTypes } from '../detection/detection.ts'

const name = z.string().regex(/^[a-z0-9]+([-_][a-z0-9]+)*$/, 'use lower-case letters, digits, "-" and "_"')
/** A part of a line; `*` matches anything. */
const phrases = z.array(z.string().min(1)).min(1)
const pattern = z.string().min(1).max(1_000)

/** A number that is read from the lines of a window. Matching ignores case. */
const feature = z.union([
  z.strictObject({ lines: z.literal('all') }).describe('How many lines there are.'),
  z
    .strictObject({
      lines: phrases,
      except: z.array(z.string().min(1)).default([]),
      levels: z.array(z.string().min(1)).default([]),
    })
    .describe('How many lines hold one of these, or are of one of these levels.'),
  z.strictObject({ distinct: pattern }).describe('How many different texts a regular expression finds.'),
  z.strictObject({ distinct_field: z.string().min(1) }).describe('How many different values a field has.'),
  z
    .strictObject({ histogram: pattern, from: z.int().min(0), to: z.int().max(255) })
    .refine(({ from, to }) => from <= to, 'from is larger than to')
    .describe('How often each number is found.'),
  z.strictObject({ mean: pattern }).describe('The mean of the numbers that are found.'),
  z.strictObject({ largest: pattern }).describe('The largest of the numbers that are found.'),
  z
    .strictObject({ ratio: z.tuple([z.string(), z.string()]), at_least: z.int().min(1).default(10) })
    .describe('How many of one feature there are for each of another, of which there are at least so many.'),
])
export type AgentFeature = z.output<typeof feature>

const level5 = z.int().min(1).max(5)

/** A threshold for a feature within a window. */
const threshold = z.strictObject({
  /** The anomaly type: `auth_failure`. */
  anomaly_type: name,
  feature: z.string(),
  /** Values above this are anomalous; the value itself is not. */
  above: z.number().min(0),
  /** A fixed severity from 1 to 5, or one step for each multiple of a number. */
  severity: z.union([level5, z.strictObject({ per: z.number().positive() })]),
  confidence: z.number().min(0).max(1),
  /** The plural of the counted item: `failed Wi-Fi logins`. */
  says: z.string().min(1).max(80),
  unit: z.enum(['', '%', 'ms']).default(''),
  /** A possible cause, in a sentence. */
  meaning: z.string().max(300).default(''),
  type: z.enum(alertTypes).default('anomaly'),
  techniques: z.array(z.string()).default([]),
})
export type AgentThreshold = z.output<typeof threshold>

/** An agent that watches the lines of some programs, defined as data. */
export const agent = z
  .strictObject({
    agent_id: name,
    name: z.string().min(1).max(100),
    description: z.string().max(1_000).default(''),
    agent_type: z.enum(['ml_based', 'rule_based', 'hybrid']),
    /** The programs whose lines it watches; all if there are none. */
    process_filters: z.array(z.string().min(1)).default([]),
    /** Ignored, because models are in the database. Accepted so that definitions that name a file remain valid. */
    model_path: z.string().nullable().default(null),
    capabilities: z.array(z.string()).default([]),
    analysis_rules: z.strictObject({
      lookback_minutes: z.number().positive().max(1_440),
      /** In seconds. */
      analysis_interval: z.number().positive().max(86_400),
      feature_extraction: z.record(z.string(), feature).default({}),
      thresholds: z.array(threshold).default([]),
      /** The anomaly type of unusual minutes, for all agents but `rule_based` ones. Default: `<agent_id>_unknown`. */
      unknown_type: name.optional(),
      /** The levels whose lines are always reported. */
      target_levels: z.array(z.enum(['critical', 'error', 'warning'])).default([]),
      severity_mapping: z.record(z.string(), level5).default({}),
      /** The confidence in these lines. */
      confidence: z.number().min(0).max(1).default(1),
      /** Reports only lines that match one of the first expressions and none of the second ones. */
      include_patterns: z.array(pattern).default([]),
      exclude_patterns: z.array(pattern).default([]),
      /** For how many seconds lines of one level extend the previous anomaly instead of starting a new one. */
      alert_cooldown: z.number().min(0).default(300),
      /** The number of lines of a level within the window from which the severity is 5. */
      escalation_rules: z.record(z.string(), z.int().min(1)).default({}),
      fallback_rules: z
        .strictObject({
          /** Whether an `ml_based` agent also uses its thresholds. */
          enable_fallback: z.boolean().default(true),
          /** The thresholds that differ in that case, by anomaly type. */
          rule_based_detection: z.record(z.string(), z.number()).default({}),
        })
        .prefault({}),
    }),
  })
  .superRefine(({ agent_type, analysis_rules: rules }, context) => {
    const known = new Set(Object.keys(rules.feature_extraction))
    const named = [
      ...rules.thresholds.map((one, i) => [one.feature, ['thresholds', i, 'feature']] as const),
      ...Object.entries(rules.feature_extraction).flatMap(([of, one]) =>
        'ratio' in one ? one.ratio.map((part) => [part, ['feature_extraction', of, 'ratio']] as const) : [],
      ),
    ]
    for (const [feature, path] of named) {
      if (known.has(feature)) continue
      context.addIssue({
        code: 'custom',
        path: ['analysis_rules', ...path],
        message: `there is no feature "${feature}" in feature_extraction`,
      })
    }
    if (agent_type !== 'ml_based' && rules.thresholds.length + rules.target_levels.length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['analysis_rules'],
        message: `an agent that is ${agent_type} needs thresholds or target_levels`,
      })
    }
  })
export type Agent = z.output<typeof agent>
