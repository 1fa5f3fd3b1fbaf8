import { z } from 'zod'
import type { AlertType } from '../../../schema/detection/detection.ts'
import { severities } from '../../../schema/severity.ts'
import { verdict } from '../../../schema/triage/triage-result.ts'

const cited = z.object({
  text: z.string().describe('One plain sentence.'),
  evidence_ids: z.array(z.string()).describe('The ids of the data items that support it.'),
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

const findings = z.object({ key_findings: claims('Key findings, at most five.') })

/** Additional keys by type of alert. */
const details = {
  malware: z.object({
    indicators_of_compromise: claims('Indicators that would show the same malware elsewhere.'),
    attack_chain_analysis: claims('The attack chain, step by step.'),
    suggested_escalation: urgency,
  }),
  phishing: z.object({
    phishing_indicators: claims('Signs that this is phishing.'),
    target_analysis: claims('The targets.'),
    affected_users: claims('The affected users.'),
  }),
  brute_force: z.object({
    attack_patterns: claims('The patterns of the login attempts.'),
    source_analysis: claims('The origin of the attempts.'),
    compromised_credentials_risk: degree,
  }),
  data_exfiltration: z.object({
    exfiltration_methods: claims('The methods of data exfiltration.'),
    data_classification: claims('The kind of data.'),
    compliance_implications: claims('The implications for compliance.'),
  }),
  unauthorized_access: z.object({
    attack_stage: z.enum(attackStages),
    ttps: claims('Tactics, techniques and procedures in the evidence.'),
    lateral_movement_risk: degree,
  }),
  ddos: z.object({
    attack_vector: z.enum(['volumetric', 'protocol', 'application', 'unknown']),
    attack_magnitude: claims('The volume of the attack.'),
    mitigation_options: claims('Possible mitigations, each with the data that supports it.'),
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
    summary: claims('A summary in one to four sentences, each with its evidence.'),
    claims: z
      .array(cited.extend({ sign: z.enum(['for', 'against']) }))
      .describe('At most eight reasons for and against a threat.'),
    checks: z
      .array(z.object({ kind: z.enum(checkKinds), about: z.string().describe('The id of a data item.') }))
      .describe('At most four next checks.'),
    estimated_impact: claims('The possible impact.'),
    details: details[type],
  })

export type Cited = z.infer<typeof cited>
export type ModelAnswer = z.infer<ReturnType<typeof answerSchema>>

/** Returns the additional keys of a type, for the prompt. */
export const detailNames = (type: AlertType): readonly string[] => Object.keys(details[type].shape)
