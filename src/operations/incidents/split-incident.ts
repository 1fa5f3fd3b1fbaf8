import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { deriveIncident } from '../../pipeline/correlate/describe-incident.ts'
import type { Actor } from '../../schema/account/role.ts'
import { type Incident, incident } from '../../schema/incident/incident.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { moveIntoIncident, regroupEntry } from './regroup.ts'
import { requireIncident } from './require-incident.ts'

export const splitIncident = defineOperation({
  name: 'split_incident',
  summary: 'Moves alerts of an incident into a new incident and returns the new one.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100).describe('The incident that contains the alerts: its ID or display ID, such as INC-3.'),
    alert_ids: z.array(z.string().max(100)).min(1).max(1_000).describe('The alerts to move to the new incident.'),
    note: z.string().trim().min(1).max(4_000).optional(),
  }),
  output: incident,
  async run({ id, alert_ids, note }, { store, queue, now, newId, actor }: SplitDeps) {
    const time = now()
    const moment = new Date(time).toISOString()
    return store.transaction(async (tx) => {
      const from = await requireIncident(store, id, tx)
      const leaving = new Set(alert_ids)
      const going = from.members.filter(({ alert_id }) => leaving.has(alert_id))
      const staying = from.members.filter(({ alert_id }) => !leaving.has(alert_id))
      refuseOddSplits(from, going, staying, leaving)
      const number = await store.incidents.nextNumber(tx)
      const madeId = newId()
      const gone = await moveIntoIncident(store, tx, going, madeId, moment)
      const left = await moveIntoIncident(store, tx, staying, from.id, moment)
      const because = note === undefined ? '' : `: ${note}`
      const step = (text: string) => ({ time: moment, kind: 'change' as const, text, actor: actor.name })
      const reason = `split off ${from.display_id}${because}`
      const made: Incident = {
        id: madeId,
        display_id: `INC-${number}`,
        status: 'open',
        ...deriveIncident(gone, undefined),
        members: going.map(({ alert_id }) => ({ alert_id, reason, added_at: moment })),
        created_at: moment,
        updated_at: moment,
        assignee: from.assignee,
        resolution: null,
        merged_into: null,
        version: 1,
      }
      const timeline: Incident['timeline'] = [
        ...from.timeline,
        step(`${actor.name}: split ${made.display_id} off it${because}`),
      ]
      const rest: Incident = {
        ...from,
        members: staying,
        ...deriveIncident(left, {
          ...from,
          members: staying,
          timeline: timeline.filter(({ alert_id }) => !leaving.has(alert_id ?? '')),
        }),
        updated_at: moment,
        version: from.version + 1,
      }
      const born = { ...made, timeline: [...made.timeline, step(`${actor.name}: ${reason}`)] }
      await store.incidents.save([born, rest], tx)
      const entry = { time, actor: actor.name, action: 'split' }
      await store.audit.append([regroupEntry(entry, from, rest), regroupEntry(entry, undefined, born)], tx)
      await queue.publish('incidents', [born.id, rest.id], tx)
      return born
    })
  },
})

type SplitDeps = Pick<Deps, 'store' | 'queue' | 'now' | 'newId'> & { readonly actor: Actor }

const refuseOddSplits = (
  { display_id, merged_into }: Incident,
  going: Incident['members'],
  staying: Incident['members'],
  leaving: ReadonlySet<string>,
): void => {
  const refuse = (message: string, hint: string) => {
    throw new AppError('CONFLICT', message, { errors: [{ path: 'alert_ids', message, hint }] })
  }
  if (merged_into !== null)
    refuse(`${display_id} was merged into another incident.`, 'Split the incident that it was merged into.')
  if (going.length < leaving.size)
    refuse(`Some of these alerts are not in ${display_id}.`, 'Get the incident to see its alerts.')
  if (staying.length === 0) refuse(`${display_id} has no other alerts.`, 'Leave at least one alert.')
}
