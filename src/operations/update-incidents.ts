import { z } from 'zod'
import type { Incident } from '../schema/incident.ts'
import type { Actor } from '../schema/role.ts'
import { applyToIncident, changeReport } from './apply-changes.ts'
import { changeInput, readChange, requireSelector, selector } from './change-input.ts'
import { incidentFilter } from './filter.ts'
import { defineOperation } from './operation.ts'
import { selectIds } from './select-ids.ts'
import type { World } from './world.ts'

const mostSkipped = 100

/** Changes many incidents in one request; the server finds them. */
export const updateIncidents = defineOperation({
  name: 'update_incidents',
  summary: 'Acknowledges, assigns, advances, closes or reopens incidents, by id or by filter, in one request.',
  role: 'analyst',
  input: z.strictObject({ ...selector, ...changeInput }),
  output: changeReport,
  async run(input, { store, queue, now, actor }: Pick<World, 'store' | 'queue' | 'now'> & { readonly actor: Actor }) {
    requireSelector(input)
    const doing = { change: readChange(input), actor: actor.name, now: now(), note: input.note }
    const ids = await selectIds<Incident>(input, doing.now, store.incidents, incidentFilter)
    const skipped: { id: string; reason: string }[] = []
    for (const id of ids) {
      const reason = await store.transaction(async (tx) => {
        const incident = await store.incidents.get(id, tx)
        return incident ? applyToIncident({ store, queue }, tx, incident, doing) : 'does not exist'
      })
      if (reason !== undefined) skipped.push({ id, reason })
    }
    return { matched: ids.length, changed: ids.length - skipped.length, skipped: skipped.slice(0, mostSkipped) }
  },
})
