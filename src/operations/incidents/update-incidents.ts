import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { applyToIncident, changeReport } from '../decisions/apply-changes.ts'
import { changeInput, readChange, requireSelector, selector, wait } from '../decisions/change-input.ts'
import { decide, type SkippedItem } from '../decisions/decide.ts'
import { selectIds } from '../decisions/select-ids.ts'
import type { Deps } from '../deps.ts'
import { incidentFilter } from '../filter.ts'
import { defineOperation } from '../operation.ts'

/** Changes many incidents in one request; the server selects them. */
export const updateIncidents = defineOperation({
  name: 'update_incidents',
  summary: 'Acknowledges, assigns, advances, closes or reopens incidents, by ID or by filter, in one request.',
  role: 'analyst',
  input: z.strictObject({ ...selector, ...changeInput, wait }),
  output: changeReport,
  async run(input, deps: Pick<Deps, 'store' | 'queue' | 'now' | 'newId'> & { readonly actor: Actor }) {
    requireSelector(input)
    const { store, actor } = deps
    const now = deps.now()
    const doing = { change: readChange(input, now), actor: actor.name, now, note: input.note }
    const ids = await selectIds<Incident>(input, doing.now, store.incidents, incidentFilter)
    return decide(
      {
        target_type: 'incident',
        ids,
        doing,
        // Closing an incident closes its alerts, which may be many.
        chunk: 1,
        wait: input.wait,
        async apply(part, step, tx) {
          const skipped: SkippedItem[] = []
          for (const id of part) {
            const incident = await store.incidents.get(id, tx)
            const reason = incident ? await applyToIncident(deps, tx, incident, step) : 'does not exist'
            if (reason !== undefined) skipped.push({ id, reason })
          }
          return skipped
        },
      },
      deps,
    )
  },
})
