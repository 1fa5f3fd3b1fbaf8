import { z } from 'zod'

export const remediationTypes = [
  'containment',
  'eradication',
  'patching',
  'configuration_change',
  'access_revocation',
  'isolation',
  'other',
] as const
export const remediationStatuses = ['pending', 'in_progress', 'completed', 'skipped', 'failed'] as const

/** The response of the webhook to a rehearsal or an execution. */
export const remediationRun = z
  .object({
    kind: z.enum(['dry_run', 'execution']),
    by: z.string(),
    at: z.iso.datetime(),
    ok: z.boolean(),
    /** The response body, cut at 2,000 characters, or the reason that there was no response. */
    answer: z.string(),
  })
  .meta({ id: 'RemediationRun' })

/** An action for an incident: proposed by triage or a person, executed only by people. */
export const remediationAction = z
  .object({
    id: z.string(),
    incident_id: z.string(),
    alert_id: z.string().nullable(),
    action_type: z.enum(remediationTypes),
    description: z.string(),
    /** 1 is the most urgent. */
    priority: z.int().min(1).max(5),
    status: z.enum(remediationStatuses),
    assignee: z.string().nullable(),
    due_at: z.iso.datetime().nullable(),
    completed_at: z.iso.datetime().nullable(),
    notes: z.string(),
    /** The playbook it comes from. */
    playbook: z.string().nullable(),
    /** The parameters: `{ host: 'web-01' }`. */
    parameters: z.record(z.string(), z.string()),
    /** The webhook that can execute it; null if only people can. */
    webhook: z.string().nullable(),
    runs: z.array(remediationRun),
    proposed_by: z.string(),
    /** The user who approved it; null before approval. */
    approved_by: z.string().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'RemediationAction' })
export type RemediationAction = z.infer<typeof remediationAction>
