import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { knownAttackers } from '../../pipeline/correlate/another-attacker.ts'
import { deriveIncident } from '../../pipeline/correlate/describe-incident.ts'
import type { Actor } from '../../schema/account/role.ts'
import { type Incident, incident } from '../../schema/incident/incident.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { moveIntoIncident, regroupEntry } from './regroup.ts'
import { requireIncident } from './require-incident.ts'

/** Each alert keeps its text and history. Incidents left without alerts are closed. */
export const moveToIncident = defineOperation({
  name: 'move_to_incident',
  summary: 'Moves alerts from other incidents into an incident.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100).describe('The incident that receives the alerts: its ID or display ID, such as INC-3.'),
    alert_ids: z.array(z.string().max(100)).min(1).max(1_000).describe('The alerts to move.'),
    note: z.string().trim().min(1).max(4_000).optional(),
  }),
  output: incident,
  async run({ id, alert_ids, note }, { store, queue, now, actor }: MoveDeps) {
    const time = now()
    const moment = new Date(time).toISOString()
    const because = note === undefined ? '' : `: ${note}`
    const step = (text: string) => ({ time: moment, kind: 'change' as const, text, actor: actor.name })
    return store.transaction(async (tx) => {
      const target = await requireIncident(store, id, tx)
      if (target.merged_into !== null) {
        throw new AppError('CONFLICT', `${target.display_id} was merged into another incident.`, {
          hint: 'Use the incident that it was merged into.',
        })
      }
      const coming = await comingAlerts(store, tx, alert_ids, target)
      const comingIds = new Set(coming.map((alert) => alert.id))
      const from = await store.incidents.load([...new Set(coming.flatMap(({ incident_id }) => incident_id ?? []))], tx)
      const reason = `${actor.name} moved it here${because}`
      const members = [...target.members, ...coming.map((alert) => ({ alert_id: alert.id, reason, added_at: moment }))]
      const alerts = await moveIntoIncident(store, tx, members, target.id, moment)
      const count = coming.length === 1 ? 'an alert' : `${coming.length} alerts`
      const timeline = [
        ...target.timeline,
        { ...step(`${actor.name}: added ${count}${because}`), ...knownAttackers(coming) },
      ]
      const grown: Incident = {
        ...target,
        members,
        ...deriveIncident(alerts, { ...target, members, timeline }),
        updated_at: moment,
        version: target.version + 1,
      }
      const left: Incident[] = []
      for (const one of from) {
        const staying = one.members.filter(({ alert_id }) => !comingIds.has(alert_id))
        const next = {
          members: staying,
          timeline: [
            ...one.timeline.filter(({ alert_id }) => !comingIds.has(alert_id ?? '')),
            step(`${actor.name}: moved ${count} to ${target.display_id}${because}`),
          ],
        }
        const kept = await moveIntoIncident(store, tx, staying, one.id, moment)
        left.push({
          ...one,
          ...(staying.length > 0
            ? { ...next, ...deriveIncident(kept, { ...one, ...next }) }
            : { timeline: next.timeline, status: 'closed', resolution: 'duplicate', merged_into: target.id }),
          updated_at: moment,
          version: one.version + 1,
        })
      }
      await store.incidents.save([grown, ...left], tx)
      const entry = { time, actor: actor.name, action: 'move' }
      await store.audit.append(
        [regroupEntry(entry, target, grown), ...left.map((after, index) => regroupEntry(entry, from[index], after))],
        tx,
      )
      await queue.publish('incidents', [grown.id, ...left.map((one) => one.id)], tx)
      return grown
    })
  },
})

type MoveDeps = Pick<Deps, 'store' | 'queue' | 'now'> & { readonly actor: Actor }

/** Loads the alerts that are not there yet; refuses when some do not exist. */
const comingAlerts = async (store: Store, tx: Transaction, ids: readonly string[], { id, display_id }: Incident) => {
  const wanted = [...new Set(ids)]
  const alerts = await store.alerts.load(wanted, tx)
  if (alerts.length < wanted.length) {
    throw new AppError('NOT_FOUND', 'Some of these alerts do not exist.', { hint: 'List the alerts to see their IDs.' })
  }
  const coming = alerts.filter(({ incident_id }) => incident_id !== id)
  if (coming.length > 0) return coming
  throw new AppError('CONFLICT', `All of these alerts are already in ${display_id}.`, {
    hint: 'Get the incident to see its alerts.',
  })
}
