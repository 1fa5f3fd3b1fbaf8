import { z } from 'zod'
import { severity } from '../severity.ts'

export const verdict = z
  .enum(['malicious', 'likely_malicious', 'suspicious', 'likely_benign', 'benign', 'inconclusive'])
  .meta({ id: 'Verdict' })
export type Verdict = z.infer<typeof verdict>

/** From what clears to what accuses; `inconclusive` clears nothing. */
const fromClearing: readonly Verdict[] = [
  'benign',
  'likely_benign',
  'inconclusive',
  'suspicious',
  'likely_malicious',
  'malicious',
]
export const accusesMore = (a: Verdict, b: Verdict): boolean => fromClearing.indexOf(a) > fromClearing.indexOf(b)

/** The arithmetic of a risk score, kept so that anyone can repeat it. */
export const riskBreakdown = z
  .object({
    severity: z.object({ score: z.number(), weight: z.number(), value: z.string() }),
    threat_intel: z.object({ score: z.number(), weight: z.number(), sources_queried: z.int() }),
    asset_criticality: z.object({ score: z.number(), weight: z.number(), criticality: z.string() }),
    exploitability: z.object({ score: z.number(), weight: z.number() }),
  })
  .meta({ id: 'RiskBreakdown' })

/** The inputs of a risk score; null is "not known", which differs from "none". */
export const riskInputs = z
  .object({
    type: z.string(),
    severity: z.string(),
    threat_intel: z
      .object({ aggregate_score: z.number(), sources: z.int().min(0), detected_by: z.int().min(0) })
      .nullable(),
    asset_criticality: z.string().nullable(),
    /** Whether all addresses are our own. */
    internal: z.boolean().nullable(),
    /** 0–100, higher is worse. */
    malice: z.number().nullable(),
    /** The title of the account: `Domain Admin`. */
    user_title: z.string().nullable(),
    /** How many similar alerts there were before. */
    similar: z.int().min(0).nullable(),
  })
  .meta({ id: 'RiskInputs' })
export type RiskInputs = z.infer<typeof riskInputs>

/** Something an alert's card refers to, by a short id of its own: a line (`e1`), an indicator (`i1`), a fact (`c1`), an earlier alert (`a1`). */
export const triageReference = z
  .object({
    id: z.string(),
    kind: z.enum(['event', 'indicator', 'context', 'alert']),
    /** The id of what is meant: an event's, an observable, a name, an alert's. */
    target: z.string(),
    text: z.string(),
  })
  .meta({ id: 'TriageReference' })
export type TriageReference = z.infer<typeof triageReference>

/** One reason, in plain words, with its references. */
export const triageClaim = z
  .object({ sign: z.enum(['for', 'against']), text: z.string(), evidence_ids: z.array(z.string()) })
  .meta({ id: 'TriageClaim' })
export type TriageClaim = z.infer<typeof triageClaim>

/** Something a person may do. Text only: nothing is carried out by itself. */
export const recommendedAction = z
  .object({
    action: z.string(),
    priority: z.enum(['critical', 'high', 'medium', 'low']),
    type: z.enum(['containment', 'investigation', 'remediation']),
    /** Whether it can be undone. */
    reversible: z.boolean(),
  })
  .meta({ id: 'RecommendedAction' })
export type RecommendedAction = z.infer<typeof recommendedAction>

/** An earlier alert that resembles this one, and what a person said of it. */
export const similarAlert = z
  .object({
    alert_id: z.string(),
    title: z.string(),
    /** 0–1. */
    similarity: z.number().min(0).max(1),
    resolution: z.string().nullable(),
    last_seen: z.iso.datetime(),
  })
  .meta({ id: 'SimilarAlert' })

const standing = z.object({ risk_score: z.int(), risk_level: severity, verdict })

/** A language model's contribution to a card, and its cost. */
export const modelOpinion = z
  .object({
    /** `rejected`: it answered, but its answer failed the checks. `skipped`: it was not asked. */
    status: z.enum(['answered', 'cached', 'rejected', 'failed', 'skipped']),
    /** Why it failed, was rejected or not asked. */
    reason: z.string().nullable(),
    /** The name it has in the configuration; empty when none was asked. */
    provider: z.string(),
    model: z.string(),
    /** Name and version: `triage@1`. */
    prompt: z.string(),
    input_hash: z.string(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    /** The price of this answer; a cached answer costs nothing. */
    cost_usd: z.number(),
    duration_ms: z.number(),
    /** How many names had a stand-in when it was asked. */
    redactions: z.int(),
    /** How many secrets were taken out before it was asked. */
    secrets: z.int(),
    /** Claims that cited what does not exist, or got a number wrong. */
    claims_dropped: z.int(),
    /** The first of them, with the reason. */
    dropped: z.array(z.object({ text: z.string(), reason: z.string() })),
    /** The model's verdict; it only counts if it is more severe than the card's. */
    verdict: verdict.nullable(),
    risk_level: severity.nullable(),
    /** The model's summary; every sentence cites its evidence. */
    summary: z.string(),
    /** Its claims that passed the checks. They cite the references of the card. */
    claims: z.array(triageClaim),
    /** Suggestions for the investigation. */
    proposed: z.array(recommendedAction),
    /** Additional answers, by type of alert. */
    details: z.record(z.string(), z.unknown()),
    /** The card's values before and after a model escalated it; null if none did. An escalation is permanent. */
    raised: z.object({ from: standing, to: standing }).nullable(),
    /** Lines, by the ids of their references, that seem to be written for a model. */
    suspected_injection: z.array(z.string()),
    /** The models that were asked, in order, each with its outcome. */
    attempts: z.array(
      z.object({ provider: z.string(), model: z.string(), outcome: z.string(), duration_ms: z.number() }),
    ),
    asked_at: z.iso.datetime(),
  })
  .meta({ id: 'ModelOpinion' })
export type ModelOpinion = z.infer<typeof modelOpinion>

/** The partial answer of a language model while it streams. It is neither checked nor stored. */
export const opinionDraft = z
  .object({
    provider: z.string(),
    model: z.string(),
    summary: z.array(z.string()),
    claims: z.array(z.object({ text: z.string(), sign: z.enum(['for', 'against']).nullable() })),
  })
  .meta({ id: 'OpinionDraft' })
export type OpinionDraft = z.infer<typeof opinionDraft>

/** A user's feedback on a card; it does not replace triage's verdict. */
export const triageReview = z
  .object({ reviewer: z.string(), verdict, notes: z.string(), reviewed_at: z.iso.datetime() })
  .meta({ id: 'TriageReview' })
export type TriageReview = z.infer<typeof triageReview>

/** The result of triage for an alert: the card that UI, API and messages show. */
export const triageResult = z
  .object({
    risk_score: z.int().min(0).max(100),
    risk_level: severity,
    verdict,
    /** The sum of its parts, at most 1. */
    confidence: z.number().min(0).max(1),
    confidence_parts: z.object({
      base: z.number(),
      threat_intel: z.number(),
      history: z.number(),
      /** The change by a language model's agreement, at most 0.1. */
      model: z.number(),
    }),
    requires_human_review: z.boolean(),
    /** Why a person has to look; empty when nobody has to. */
    review_reasons: z.array(z.string()),
    /** A summary in one or two sentences. */
    summary: z.string(),
    /** At least one for and one against, if only that no counter-evidence was found. */
    claims: z.array(triageClaim),
    /** The references of the claims. */
    references: z.array(triageReference),
    /** Missing facts that would help. */
    missing: z.array(z.string()),
    /** Facts that would change the verdict. */
    would_change: z.array(z.string()),
    recommended_actions: z.array(recommendedAction),
    similar: z.array(similarAlert),
    model: modelOpinion.nullable(),
    review: triageReview.nullable(),
    inputs: riskInputs,
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
