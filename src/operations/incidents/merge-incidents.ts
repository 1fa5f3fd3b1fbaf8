import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { knownAttackers } from '../../pipeline/correlate/another-attacker.ts'
import { deriveIncident } from '../../pipeline/correlate/describe-incident.ts'
import type { Actor } from '../../schema/account/role.ts'
import { type Incident, incident } from '../../schema/incident/incident.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { moveIntoIncident, regroupEntry } from './regroup.ts'
import { requireIncident } from './require-incident.ts'

/** Each alert keeps its text and history. The emptied incident refers to the target. */
export const mergeIncidents = defineOperation({
  name: 'merge_incidents',
  summary: 'Merges an incident into another one.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100).describe('The incident to merge: its ID or display ID, such as INC-3.'),
    into: z.string().max(100).describe('The incident that receives the alerts.'),
    note: z.string().trim().min(1).max(4_000).optional(),
  }),
  output: incident,
  async run(
    { id, into, note },
    { store, queue, now, actor }: Pick<Deps, 'store' | 'queue' | 'now'> & { readonly actor: Actor },
  ) {
    const time = now()
    const moment = new Date(time).toISOString()
    return store.transaction(async (tx) => {
      const from = await requireIncident(store, id, tx)
      const target = await requireIncident(store, into, tx)
      if (from.id === target.id) {
        throw new AppError('INVALID_REQUEST', 'An incident cannot be merged into itself.', {
          errors: [{ path: 'into', message: 'is the same incident' }],
        })
      }
      for (const one of [from, target]) {
        if (one.merged_into === null) continue
        throw new AppError('CONFLICT', `${one.display_id} was already merged into another incident.`, {
          hint: 'Use the incident that it was merged into.',
        })
      }
      const alerts = await moveIntoIncident(store, tx, [...target.members, ...from.members], target.id, moment)
      const because = note === undefined ? '' : `: ${note}`
      const step = (text: string) => ({ time: moment, kind: 'change' as const, text, actor: actor.name })
      const members = [
        ...target.members,
        ...from.members.map((member) => ({ ...member, reason: `from ${from.display_id}: ${member.reason}` })),
      ]
      const moved = new Set(from.members.map(({ alert_id }) => alert_id))
      const timeline = [
        ...target.timeline,
        {
          ...step(`${actor.name}: merged ${from.display_id} into it${because}`),
          ...knownAttackers(alerts.filter((alert) => moved.has(alert.id))),
        },
      ]
      const merged: Incident = {
        ...target,
        members,
        ...deriveIncident(alerts, { ...target, members, timeline }),
        updated_at: moment,
        version: target.version + 1,
      }
      const emptied: Incident = {
        ...from,
        status: 'closed',
        resolution: 'duplicate',
        merged_into: target.id,
        timeline: [...from.timeline, step(`${actor.name}: merged it into ${target.display_id}${because}`)],
        updated_at: moment,
        version: from.version + 1,
      }
      await store.incidents.save([merged, emptied], tx)
      const entry = { time, actor: actor.name, action: 'merge' }
      await store.audit.append([regroupEntry(entry, from, emptied), regroupEntry(entry, target, merged)], tx)
      await queue.publish('incidents', [emptied.id, merged.id], tx)
      return merged
    })
  },
})
