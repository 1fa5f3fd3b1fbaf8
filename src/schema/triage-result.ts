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

/** What a risk score was reckoned from; null is "not known", which is not the same as "none". */
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
    /** What the account is: `Domain Admin`. */
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

/** One reason, in plain words, with the references that bear it out. */
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
    /** Whether it can be taken back. */
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

/** What a language model had to do with a card, and what it cost. */
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
    /** What was paid for this answer; an answer that was kept costs nothing. */
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
    /** What it takes the alert for; it only counts where it is graver than the card. */
    verdict: verdict.nullable(),
    risk_level: severity.nullable(),
    /** The story in its words; every sentence cites what bears it out. */
    summary: z.string(),
    /** Its reasons that stood the checks. They cite the references of the card. */
    claims: z.array(triageClaim),
    /** What it suggests to look at. */
    proposed: z.array(recommendedAction),
    /** What it says beyond the card, by type of alert. */
    details: z.record(z.string(), z.unknown()),
    /** What the card said before a model made it graver, and after; null where none did. What was raised once stays so. */
    raised: z.object({ from: standing, to: standing }).nullable(),
    /** Lines, by the ids of their references, that seem to be written for a model. */
    suspected_injection: z.array(z.string()),
    /** Who was asked, in order, and what came of it. */
    attempts: z.array(
      z.object({ provider: z.string(), model: z.string(), outcome: z.string(), duration_ms: z.number() }),
    ),
    asked_at: z.iso.datetime(),
  })
  .meta({ id: 'ModelOpinion' })
export type ModelOpinion = z.infer<typeof modelOpinion>

/** What a language model has said so far while it answers. Nothing of it is checked yet, and nothing of it is kept. */
export const opinionDraft = z
  .object({
    provider: z.string(),
    model: z.string(),
    summary: z.array(z.string()),
    claims: z.array(z.object({ text: z.string(), sign: z.enum(['for', 'against']).nullable() })),
  })
  .meta({ id: 'OpinionDraft' })
export type OpinionDraft = z.infer<typeof opinionDraft>

/** A person's word on a card; it stands beside what triage said. */
export const triageReview = z
  .object({ reviewer: z.string(), verdict, notes: z.string(), reviewed_at: z.iso.datetime() })
  .meta({ id: 'TriageReview' })
export type TriageReview = z.infer<typeof triageReview>

/** What triage makes of an alert: the card that every door shows. */
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
      /** What a language model's agreement adds or takes, at most 0.1. */
      model: z.number(),
    }),
    requires_human_review: z.boolean(),
    /** Why a person has to look; empty when nobody has to. */
    review_reasons: z.array(z.string()),
    /** The story in a sentence or two. */
    summary: z.string(),
    /** At least one for and one against, if only that no counter-evidence was found. */
    claims: z.array(triageClaim),
    /** What the claims cite. */
    references: z.array(triageReference),
    /** What is not known and would help. */
    missing: z.array(z.string()),
    /** What would change the verdict. */
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
