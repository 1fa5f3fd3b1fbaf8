import { z } from 'zod'
import { severity } from './severity.ts'

export const verdict = z
  .enum(['malicious', 'likely_malicious', 'suspicious', 'likely_benign', 'benign', 'inconclusive'])
  .meta({ id: 'Verdict' })
export type Verdict = z.infer<typeof verdict>

/** The arithmetic of a risk score, kept so that anyone can repeat it. */
export const riskBreakdown = z
  .object({
    severity: z.object({ score: z.number(), weight: z.number(), value: z.string() }),
    threat_intel: z.object({ score: z.number(), weight: z.number(), sources_queried: z.int() }),
    asset_criticality: z.object({ score: z.number(), weight: z.number(), criticality: z.string() }),
    exploitability: z.object({ score: z.number(), weight: z.number() }),
  })
  .meta({ id: 'RiskBreakdown' })

/** What triage makes of an alert. */
export const triageResult = z
  .object({
    risk_score: z.int().min(0).max(100),
    risk_level: severity,
    verdict,
    confidence: z.number().min(0).max(1),
    requires_human_review: z.boolean(),
    /** Reasons in plain words, for and against. */
    reasons: z.array(z.string()),
    recommended_actions: z.array(z.string()),
    breakdown: riskBreakdown,
    factors: z.object({
      alert_type: z.string(),
      type_multiplier: z.number(),
      historical_multiplier: z.number(),
    }),
    calculated_at: z.iso.datetime(),
  })
  .meta({ id: 'TriageResult' })
export type TriageResult = z.infer<typeof triageResult>
