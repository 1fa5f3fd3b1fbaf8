import { z } from 'zod'
import type { AuditEntry } from '../../schema/audit/audit-entry.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'

/** An audited change: actor, action, target and time. */
export const auditView = z
  .object({
    time: z.iso.datetime(),
    actor: z.string(),
    action: z.string(),
    target_type: z.string(),
    target_id: z.string(),
    old_values: z.unknown(),
    new_values: z.unknown(),
    /** The client address, if the interface knows it. */
    ip_address: z.string().nullable(),
    user_agent: z.string().nullable(),
    /** Whether it was done, or the reason that it was refused. */
    success: z.boolean(),
    error_message: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })

export const listAudit = defineOperation({
  name: 'list_audit',
  summary: 'Lists audited changes with old and new values, newest first.',
  role: 'auditor',
  input: z.strictObject({
    target_id: z.string().max(100).optional().describe('Only entries for this target.'),
    ...paging,
  }),
  output: pageOf(auditView),
  async run({ target_id, limit, cursor }, { store }: Pick<Deps, 'store'>) {
    return toPage(await store.audit.list({ target_id, limit, after: cursor }), toAuditView)
  },
})

export const toAuditView = ({ ip_address, user_agent, error, ...entry }: AuditEntry): z.input<typeof auditView> => ({
  ...entry,
  time: new Date(entry.time).toISOString(),
  ip_address: ip_address ?? null,
  user_agent: user_agent ?? null,
  success: error === undefined,
  error_message: error ?? null,
})
