import { z } from 'zod'
import { isSample } from '../../schema/record/sample.ts'
import { sessionPrefix } from '../accounts/tokens/token-view.ts'
import type { Deps } from '../deps.ts'

/** The steps of the first days, in order. */
export const checklistSteps = ['see_why', 'mark_normal', 'add_logs', 'tell_people', 'connect_tool'] as const

export const checklist = z
  .array(z.object({ step: z.enum(checklistSteps), done: z.boolean() }))
  .meta({ id: 'Checklist' })

/** Detects which steps are done. The audit trail records that a user opened an explanation. */
export const readChecklist = async ({
  store,
  receivers,
}: Pick<Deps, 'store' | 'receivers'>): Promise<z.infer<typeof checklist>> => {
  const [seen, suppressions, sources, tokens] = await Promise.all([
    store.audit.list({ target_id: 'see_why', limit: 1 }),
    store.suppressions.list(),
    store.parseHealth.list(),
    store.tokens.list(),
  ])
  const done: Record<(typeof checklistSteps)[number], boolean> = {
    see_why: seen.items.length > 0,
    mark_normal: suppressions.length > 0,
    add_logs: sources.some(({ source }) => !isSample(source)),
    tell_people: receivers.length > 0,
    connect_tool: tokens.some(
      ({ id, role, last_used_at }) =>
        !id.startsWith(sessionPrefix) && (role === 'viewer' || role === 'analyst') && last_used_at !== null,
    ),
  }
  return checklistSteps.map((step) => ({ step, done: done[step] }))
}
