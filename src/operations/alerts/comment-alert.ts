import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { auditView, toAuditView } from '../audit/list-audit.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireAlert } from './require-alert.ts'

export const commentAlert = defineOperation({
  name: 'comment_alert',
  summary: "Adds a note to an alert's history.",
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(100), text: z.string().trim().min(1).max(10_000) }),
  output: auditView,
  async run({ id, text }, { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    await requireAlert(store, id)
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'comment',
      target_type: 'alert',
      target_id: id,
      old_values: null,
      new_values: { text },
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return toAuditView(entry)
  },
})
