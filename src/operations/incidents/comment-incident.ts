import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { incident } from '../../schema/incident/incident.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireIncident } from './require-incident.ts'

/** Adds a note to an incident's timeline. */
export const commentIncident = defineOperation({
  name: 'comment_incident',
  summary: "Adds a note to an incident's timeline.",
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(100), text: z.string().trim().min(1).max(10_000) }),
  output: incident,
  async run({ id, text }, { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const time = now()
    const moment = new Date(time).toISOString()
    return store.transaction(async (tx) => {
      const before = await requireIncident(store, id, tx)
      const after = {
        ...before,
        timeline: [
          ...before.timeline,
          { time: moment, kind: 'change' as const, text: `${actor.name}: ${text}`, actor: actor.name },
        ],
        updated_at: moment,
        version: before.version + 1,
      }
      await store.incidents.save([after], tx)
      const entry = { action: 'comment', target_type: 'incident', old_values: null, new_values: { text } }
      await store.audit.append([{ time, actor: actor.name, target_id: before.id, ...entry }], tx)
      return after
    })
  },
})
