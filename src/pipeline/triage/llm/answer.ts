import { z } from 'zod'
import type { AlertType } from '../../../schema/detection.ts'
import { severities } from '../../../schema/severity.ts'
import { verdict } from '../../../schema/triage-result.ts'

const cited = z.object({
  text: z.string().describe('One plain sentence.'),
  evidence_ids: z.array(z.string()).describe('The ids of the items of the data that bear it out.'),
})
const claims = (what: string) => z.array(cited).describe(what)

/** The next steps that a model may choose from. The sentences are ours. */
export const checkKinds = [
  'read_lines_around',
  'look_for_other_hosts',
  'look_for_other_accounts',
  'review_logins',
  'review_processes',
  'review_connections',
  'review_persistence',
  'ask_owner',
  'look_up_indicator',
  'compare_with_usual',
] as const
export type CheckKind = (typeof checkKinds)[number]

const attackStages = [
  'reconnaissance',
  'initial_access',
  'execution',
  'persistence',
  'privilege_escalation',
  'defense_evasion',
  'credential_access',
  'lateral_movement',
  'collection_exfiltration',
  'impact',
  'unknown',
] as const
const degree = z.enum(['low', 'medium', 'high', 'unknown'])
const urgency = z.enum(['immediate', 'within_1_hour', 'within_4_hours', 'within_24_hours', 'unknown'])

const findings = z.object({ key_findings: claims('What stands out, at most five.') })

/** Additional keys by type of alert. */
const details = {
  malware: z.object({
    indicators_of_compromise: claims('What would show the same elsewhere.'),
    attack_chain_analysis: claims('How it came about, step by step.'),
    suggested_escalation: urgency,
  }),
  phishing: z.object({
    phishing_indicators: claims('What shows that it is one.'),
    target_analysis: claims('Whom it was meant for.'),
    affected_users: claims('Who is affected.'),
  }),
  brute_force: z.object({
    attack_patterns: claims('How the guessing went.'),
    source_analysis: claims('Where it came from.'),
    compromised_credentials_risk: degree,
  }),
  data_exfiltration: z.object({
    exfiltration_methods: claims('How data left.'),
    data_classification: claims('What data it is.'),
    compliance_implications: claims('What that means for rules that apply.'),
  }),
  unauthorized_access: z.object({
    attack_stage: z.enum(attackStages),
    ttps: claims('Techniques that show.'),
    lateral_movement_risk: degree,
  }),
  ddos: z.object({
    attack_vector: z.enum(['volumetric', 'protocol', 'application', 'unknown']),
    attack_magnitude: claims('How much of it there is.'),
    mitigation_options: claims('What in the data speaks for which remedy.'),
  }),
  policy_violation: findings,
  anomaly: findings,
  other: findings,
} as const satisfies Record<AlertType, z.ZodObject>

/** Returns the schema of a model's answer about an alert of a type. All keys are required, because some vendors demand it. */
export const answerSchema = (type: AlertType) =>
  z.object({
    // Repeat the schema, because not every vendor supports references.
    verdict: z.enum(verdict.options),
    risk_level: z.enum(severities),
    summary: claims('The story in one to four sentences, each with its evidence.'),
    claims: z
      .array(cited.extend({ sign: z.enum(['for', 'against']) }))
      .describe('At most eight reasons for and against trouble.'),
    checks: z
      .array(z.object({ kind: z.enum(checkKinds), about: z.string().describe('An item of the data, by its id.') }))
      .describe('At most four things to look at next.'),
    estimated_impact: claims('What it may lead to.'),
    details: details[type],
  })

export type Cited = z.infer<typeof cited>
export type ModelAnswer = z.infer<ReturnType<typeof answerSchema>>

/** Returns the additional keys of a type, for the prompt. */
export const detailNames = (type: AlertType): readonly string[] => Object.keys(details[type].shape)
