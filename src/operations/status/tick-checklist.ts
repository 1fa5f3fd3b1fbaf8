import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { checklist, readChecklist } from './checklist.ts'

/** Records that a user opened an explanation; the server detects every other step itself. */
export const tickChecklist = defineOperation({
  name: 'tick_checklist',
  summary: 'Marks the step “see why” of the getting-started checklist as done.',
  role: 'viewer',
  input: z.strictObject({ step: z.enum(['see_why']) }),
  output: checklist,
  async run({ step }, deps: Pick<Deps, 'store' | 'receivers' | 'now'> & { readonly actor: Actor }) {
    const { store, now, actor } = deps
    const known = await store.audit.list({ target_id: step, limit: 1 })
    if (known.items.length === 0) {
      const entry = { action: 'tick', target_type: 'checklist', target_id: step, old_values: null, new_values: null }
      await store.transaction((tx) => store.audit.append([{ time: now(), actor: actor.name, ...entry }], tx))
    }
    return readChecklist(deps)
  },
})
