import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import { remediationAction, remediationStatuses } from '../../schema/action/remediation-action.ts'
import type { Deps } from '../deps.ts'
import { requireVersion } from '../incidents/require-incident.ts'
import { defineOperation } from '../operation.ts'
import { requireAction, saveAction } from './require-action.ts'

type ActionDeps = Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }

export const updateAction = defineOperation({
  name: 'update_action',
  summary: 'Changes the status, assignee or due date of a remediation action.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100),
    status: z.enum(remediationStatuses).optional(),
    assignee: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .nullable()
      .optional()
      .describe('The user or team responsible; null to unassign.'),
    due_at: z.iso.datetime().nullable().optional(),
    notes: z.string().trim().max(4_000).optional(),
    version: z.int().optional().describe('The version that the change is based on.'),
  }),
  output: remediationAction,
  async run({ id, version, status, assignee, due_at, notes }, { store, now, actor }: ActionDeps) {
    const time = now()
    return store.transaction(async (tx) => {
      const before = await requireAction(store, id, tx)
      await requireVersion(store, before, version)
      const done = status === 'completed' ? new Date(time).toISOString() : null
      const change = {
        ...(status && { status, completed_at: status === before.status ? before.completed_at : done }),
        ...(assignee !== undefined && { assignee }),
        ...(due_at !== undefined && { due_at }),
        ...(notes !== undefined && { notes }),
      }
      return saveAction(store, tx, before, change, { action: 'update', actor: actor.name, now: time })
    })
  },
})

/** Approves an action, which only a person may do. Approval does not run it. */
export const approveAction = defineOperation({
  name: 'approve_action',
  summary: 'Approves a remediation action. Approval does not run it.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100),
    version: z.int().optional().describe('The version that the change is based on.'),
  }),
  output: remediationAction,
  async run({ id, version }, { store, now, actor }: ActionDeps) {
    const time = now()
    return store.transaction(async (tx) => {
      const before = await requireAction(store, id, tx)
      await requireVersion(store, before, version)
      if (before.approved_by !== null || before.status !== 'pending') {
        const why = before.approved_by === null ? `is ${before.status}` : `was approved by ${before.approved_by}`
        throw new AppError('CONFLICT', `The action ${why} already.`, {
          hint: `The current version is ${before.version}.`,
        })
      }
      const change = { approved_by: actor.name }
      return saveAction(store, tx, before, change, { action: 'approve', actor: actor.name, now: time })
    })
  },
})
