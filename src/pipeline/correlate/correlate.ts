import { day } from '../../lib/units/time.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { type Incident, isOpenIncident } from '../../schema/incident/incident.ts'
import { keepOpinion, withoutOpinion } from '../../schema/triage/apply-opinion.ts'
import type { Stage } from '../stage.ts'
import { endsAt, startsAt } from './alert-facts.ts'
import { assignIncidents, correlateDefaults } from './assign-incidents.ts'
import { recurrence, recurs } from './bond.ts'
import type { ClusterLimits } from './cluster.ts'

interface Query {
  readonly status: readonly string[]
  readonly from: number
  readonly to: number
  readonly limit: number
  readonly matches: (incident: Incident) => boolean
}

interface Alerts<Tx> {
  load(ids: readonly string[], tx: Tx): Promise<readonly Alert[]>
  loose(query: { readonly from: number; readonly to: number; readonly limit: number }): Promise<readonly Alert[]>
  save(alerts: readonly Alert[], tx: Tx): Promise<void>
}

interface Incidents<Tx> {
  load(ids: readonly string[], tx: Tx): Promise<readonly Incident[]>
  findOpen(lastSeenAfter: number, tx: Tx): Promise<readonly Incident[]>
  findOpenWith(dedupKeys: readonly string[], lastSeenAfter: number, tx: Tx): Promise<readonly Incident[]>
  list(query: Query): Promise<{ readonly items: readonly Incident[] }>
  save(incidents: readonly Incident[], tx: Tx): Promise<void>
  nextNumber(tx: Tx, count: number): Promise<number>
}

interface CorrelateOptions extends Partial<ClusterLimits> {
  /** The wall clock. An incident resolved within the last day is reopened by alerts that belong to it. */
  readonly now: () => number
}

const reopenWindow = day
const maxLoose = 500
const maxOver = 100
const maxMembers = 2_000

/** Creates the stage that groups triaged alerts into incidents and stores both. */
export const createCorrelate =
  <Tx>(alerts: Alerts<Tx>, incidents: Incidents<Tx>, options: CorrelateOptions): Stage<Alert, Incident, Tx> =>
  async (triaged, delivery) => {
    if (triaged.length === 0) return []
    const { now, ...given } = options
    const limits = { ...correlateDefaults, ...given }
    const tx = await delivery.transaction()
    const moment = now()

    const stored = await alerts.load([...new Set(triaged.map(({ id }) => id))], tx)
    const batch = withTriage(stored, triaged, moment)
    const to = Math.max(...batch.map(endsAt)) + limits.idle
    const own = (await incidents.load(incidentIdsOf(batch), tx)).filter(isOpenIncident)
    const settled = new Set(own.flatMap(idsOf))
    // An alert in an open incident never moves to another one, however long it has lasted.
    const newcomers = batch.filter(({ id }) => !settled.has(id))
    const from = since(newcomers, limits.idle)
    const recurring = newcomers.filter(recurs)
    const keys = [...new Set(recurring.map(({ dedup_key }) => dedup_key))]
    const [open, again, over, loose] = await Promise.all([
      from === undefined ? [] : incidents.findOpen(from, tx),
      keys.length === 0 ? [] : incidents.findOpenWith(keys, since(recurring, recurrence) ?? 0, tx),
      from === undefined
        ? { items: [] }
        : incidents.list({
            ...{ from, to },
            status: ['resolved', 'closed'],
            limit: maxOver,
            matches: ({ merged_into, updated_at }) =>
              merged_into === null && Date.parse(updated_at) >= moment - reopenWindow,
          }),
      alerts.loose({ from: since(batch, limits.idle) ?? to, to, limit: maxLoose }),
    ])
    const known = new Map([...own, ...open, ...again, ...over.items].map((incident) => [incident.id, incident]))
    const candidates = [...known.values()].filter(mayShareWith([...batch, ...loose]))
    const chosen = limitMembers(candidates, new Set(batch.map(({ id }) => id)))
    const members = await alerts.load([...new Set(chosen.flatMap(idsOf))], tx)

    const current = new Map([...loose, ...members, ...batch].map((alert) => [alert.id, alert]))
    const changed = assignIncidents([...current.values()], chosen, {
      ...limits,
      now: moment,
      members,
      nextNumber: () => 0,
    })
    const existing = new Set(chosen.map(({ id }) => id))
    const opened = changed.filter(({ id }) => !existing.has(id)).length
    let next = opened > 0 ? await incidents.nextNumber(tx, opened) : 0
    const numbered = changed.map((incident) =>
      existing.has(incident.id) ? incident : { ...incident, display_id: `INC-${next++}` },
    )

    const incidentIds = new Map(
      numbered.flatMap(({ id, members: own }) => own.map(({ alert_id }) => [alert_id, id] as const)),
    )
    const moved = [...current.values()].map((alert) => inIncident(alert, incidentIds.get(alert.id), moment))
    const before = new Map([...loose, ...members, ...stored].map((alert) => [alert.id, alert]))
    const toSave = moved
      .filter((alert) => before.get(alert.id) !== alert)
      .map((alert) => ({ ...alert, version: (before.get(alert.id)?.version ?? 0) + 1 }))
    if (toSave.length > 0) await alerts.save(toSave, tx)
    if (numbered.length > 0) await incidents.save(numbered, tx)
    return numbered
  }

/** Adds the new triage results to the stored alerts. */
const withTriage = (stored: readonly Alert[], triaged: readonly Alert[], now: number): Alert[] => {
  const triage = new Map(triaged.map((alert) => [alert.id, alert.triage]))
  return stored.map((alert) => {
    const triaged = triage.get(alert.id)
    // Keep a review or a model's opinion that arrived in the meantime.
    const card = triaged && alert.triage?.model ? keepOpinion(withoutOpinion(triaged), alert.triage) : triaged
    const result = card && { ...card, review: alert.triage?.review ?? null }
    if (!result || isSameResult(alert.triage, result)) return alert
    return {
      ...alert,
      triage: result,
      status: alert.status === 'new' ? 'triaged' : alert.status,
      updated_at: new Date(now).toISOString(),
    }
  })
}

const isSameResult = (a: Alert['triage'], b: NonNullable<Alert['triage']>): boolean =>
  a !== null && JSON.stringify({ ...a, calculated_at: '' }) === JSON.stringify({ ...b, calculated_at: '' })

const inIncident = (alert: Alert, incidentId: string | undefined, now: number): Alert =>
  incidentId === undefined || alert.incident_id === incidentId
    ? alert
    : { ...alert, incident_id: incidentId, updated_at: new Date(now).toISOString() }

/** Returns the earliest start of the alerts, less a margin; undefined without alerts. */
const since = (alerts: readonly Alert[], margin: number): number | undefined =>
  alerts.length === 0 ? undefined : Math.min(...alerts.map(startsAt)) - margin

const incidentIdsOf = (alerts: readonly Alert[]): string[] => [
  ...new Set(alerts.flatMap(({ incident_id }) => incident_id ?? [])),
]

const idsOf = ({ members }: Incident): string[] => members.map(({ alert_id }) => alert_id)

/** Returns a filter for incidents that may share anything with the alerts. An incident without a host may share a source. */
const mayShareWith = (alerts: readonly Alert[]): ((incident: Incident) => boolean) => {
  const ids = new Set(alerts.map(({ id }) => id))
  const shared = new Set(alerts.flatMap(({ entities }) => entities.map(({ type, value }) => `${type} ${value}`)))
  return (incident) =>
    incident.members.some(({ alert_id }) => ids.has(alert_id)) ||
    !incident.entities.some(({ type }) => type === 'host') ||
    incident.entities.some(({ type, value }) => shared.has(`${type} ${value}`))
}

/** Limits the incidents by their total number of alerts: those of the batch first, then the most recent. */
const limitMembers = (incidents: readonly Incident[], batch: ReadonlySet<string>): Incident[] => {
  let left = maxMembers
  return incidents
    .map((incident) => ({
      incident,
      own: Number(incident.members.some(({ alert_id }) => batch.has(alert_id))),
      end: Date.parse(incident.last_seen),
    }))
    .sort((a, b) => b.own - a.own || b.end - a.end || (a.incident.id < b.incident.id ? -1 : 1))
    .filter(({ incident, own }) => {
      left -= incident.members.length
      return left >= 0 || own === 1
    })
    .map(({ incident }) => incident)
}
