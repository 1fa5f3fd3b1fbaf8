import { beforeEach, describe, expect, it } from 'vitest'
import { assignIncidents } from '../../pipeline/correlate/assign-incidents.ts'
import { assessAlert } from '../../pipeline/triage/assess.ts'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { openStore } from '../../store/open-store.ts'
import { getAlert } from '../alerts/get-alert.ts'
import { updateAlerts } from '../alerts/update-alerts.ts'
import { commentIncident } from './comment-incident.ts'
import { getIncident } from './get-incident.ts'
import { mergeIncidents } from './merge-incidents.ts'
import { moveToIncident } from './move-to-incident.ts'
import { splitIncident } from './split-incident.ts'
import { updateIncident } from './update-incident.ts'
import { updateIncidents } from './update-incidents.ts'

const start = Date.UTC(2026, 0, 15, 10)
const log = { debug() {}, info() {}, warn() {}, error() {} }
const actor: Actor = { name: 'noor', role: 'analyst' }

const anAlert = (name: string, address: string, minutes: number): Alert => {
  const time = new Date(start + minutes * 60_000).toISOString()
  const alert: Alert = {
    id: `alert-${name}`,
    dedup_key: `failed logins from ${address}`,
    status: 'triaged',
    type: 'brute_force',
    severity: 'high',
    score: 1,
    title: `40 failed logins from ${address}`,
    sentence: `40 failed logins to sshd on web-01 from ${address}.`,
    value: '40 failed logins',
    usual: '0–3',
    detectors: ['sequence'],
    source: 'auth',
    stream: 'auth/web-01/sshd',
    entities: [
      { type: 'ip', value: address },
      { type: 'host', value: 'web-01' },
      { type: 'service', value: 'sshd' },
    ],
    techniques: ['T1110.001'],
    contributions: [{ feature: 'failed logins', value: '40', usual: '0–3', weight: 1 }],
    evidence: [{ event_id: `0-${minutes}`, time, line: `Failed password for root from ${address}` }],
    count: 1,
    event_count: 40,
    detection_ids: [`detection-${name}`],
    first_seen: time,
    last_seen: time,
    created_at: time,
    updated_at: time,
    learning: false,
    incident_id: null,
    assignee: null,
    resolution: null,
    suppression_id: null,
    triage: null,
    version: 1,
  }
  return { ...alert, triage: assessAlert(alert, start) }
}

const open = async () => {
  let time = start + 86_400_000
  const now = () => {
    time += 1
    return time
  }
  const store = await openStore('sqlite::memory:', { now, log })
  const queue = openEmbeddedQueue({ connections: store.connections, now, log })
  const alerts = [anAlert('a', '203.0.113.9', 0), anAlert('b', '203.0.113.9', 5), anAlert('c', '198.51.100.7', 5_000)]
  let number = 0
  const incidents = assignIncidents(alerts, [], {
    now: start,
    nextNumber: () => {
      number += 1
      return number
    },
  })
  const homes = new Map(incidents.flatMap(({ id, members }) => members.map(({ alert_id }) => [alert_id, id])))
  await store.transaction(async (tx) => {
    await store.alerts.save(
      alerts.map((alert) => ({ ...alert, incident_id: homes.get(alert.id) ?? null })),
      tx,
    )
    await store.incidents.save(incidents, tx)
    for (let i = 0; i < number; i++) await store.incidents.nextNumber(tx)
  })
  return { store, queue, now, actor, newId: () => `made-${time}` }
}

describe('incidents', () => {
  let deps: Awaited<ReturnType<typeof open>>
  beforeEach(async () => {
    deps = await open()
  })

  it('have the dates of their phases: set when one is reached, gone when they go back behind it', async () => {
    const phases = async (change: Omit<Parameters<typeof updateIncident.run>[0], 'id'>) => {
      const { contained_at, eradicated_at, resolved_at } = await updateIncident.run({ id: 'INC-1', ...change }, deps)
      return [contained_at, eradicated_at, resolved_at].map((date) => date !== undefined)
    }
    expect(await phases({ action: 'advance', status: 'contained' })).toEqual([true, false, false])
    expect(await phases({ action: 'advance', status: 'eradicated' })).toEqual([true, true, false])
    expect(await phases({ action: 'advance', status: 'contained' })).toEqual([true, false, false])
    expect(await phases({ action: 'assign', assignee: 'ana' })).toEqual([true, false, false])
    expect(await phases({ action: 'close', resolution: 'true_positive' })).toEqual([true, false, true])
    expect(await phases({ action: 'reopen' })).toEqual([false, false, false])
  })

  it('live: acknowledged, advanced, commented on, closed with their alerts, reopened, all of it written down', async () => {
    expect((await updateIncident.run({ id: 'INC-1', action: 'acknowledge' }, deps)).assignee).toBe('noor')
    await updateIncident.run({ id: 'INC-1', action: 'advance', status: 'contained' }, deps)
    await commentIncident.run({ id: 'INC-1', text: 'asked root' }, deps)
    const closed = await updateIncident.run(
      { id: 'INC-1', action: 'close', resolution: 'true_positive', note: 'blocked' },
      deps,
    )
    expect(closed).toMatchObject({ status: 'closed', resolution: 'true_positive', version: 5 })
    expect((await getAlert.run({ id: 'alert-a' }, deps)).status).toBe('resolved')
    await updateIncident.run({ id: 'INC-1', action: 'reopen' }, deps)

    const { history, timeline } = await getIncident.run({ id: 'INC-1' }, deps)
    expect(history.map(({ action }) => action)).toEqual(['reopen', 'close', 'comment', 'advance', 'acknowledge'])
    expect(timeline.filter(({ kind }) => kind === 'change').map(({ text }) => text)).toContain(
      'noor: closed it as true positive: blocked',
    )
    const waiting = (await deps.queue.depths()).find(({ topic }) => topic === 'incidents')
    expect(waiting?.ready).toBeGreaterThan(0)
  })

  it('reject invalid changes with a reason', async () => {
    const ask = (input: Parameters<typeof updateIncident.run>[0]) => updateIncident.run(input, deps)
    await expect(ask({ id: 'INC-9', action: 'acknowledge' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(ask({ id: 'INC-1', action: 'close' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(ask({ id: 'INC-1', action: 'reopen' })).rejects.toMatchObject({ code: 'CONFLICT' })
    await ask({ id: 'INC-1', action: 'acknowledge' })
    await expect(ask({ id: 'INC-1', action: 'assign', assignee: 'sam', version: 1 })).rejects.toThrow(/noor changed it/)
  })

  it('merge and split, each alert keeping its own text', async () => {
    const merged = await mergeIncidents.run({ id: 'INC-2', into: 'INC-1' }, deps)
    expect(merged.members.map(({ alert_id }) => alert_id)).toEqual(['alert-a', 'alert-b', 'alert-c'])
    const emptied = await getIncident.run({ id: 'INC-2' }, deps)
    expect(emptied).toMatchObject({ status: 'closed', merged_into: merged.id })
    expect((await getAlert.run({ id: 'alert-c' }, deps)).incident_id).toBe(merged.id)
    await expect(mergeIncidents.run({ id: 'INC-2', into: 'INC-1' }, deps)).rejects.toMatchObject({ code: 'CONFLICT' })

    const born = await splitIncident.run({ id: 'INC-1', alert_ids: ['alert-c'] }, deps)
    expect(born).toMatchObject({ display_id: 'INC-3', alert_count: 1 })
    expect(born.title).toContain('198.51.100.7')
    const rest = await getIncident.run({ id: 'INC-1' }, deps)
    expect(rest.members.map(({ alert_id }) => alert_id)).toEqual(['alert-a', 'alert-b'])
    expect((await getAlert.run({ id: 'alert-c' }, deps)).title).toBe('40 failed logins from 198.51.100.7')
    await expect(splitIncident.run({ id: 'INC-1', alert_ids: ['alert-a', 'alert-b'] }, deps)).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })

  it('take alerts from wherever they are, and are closed when none is left', async () => {
    const grown = await moveToIncident.run(
      { id: 'INC-1', alert_ids: ['alert-c', 'alert-a'], note: 'one campaign' },
      deps,
    )
    expect(grown.members.map(({ alert_id }) => alert_id)).toEqual(['alert-a', 'alert-b', 'alert-c'])
    expect(grown.timeline.map(({ text }) => text)).toContain('noor: added an alert: one campaign')
    const emptied = await getIncident.run({ id: 'INC-2' }, deps)
    expect(emptied).toMatchObject({ status: 'closed', resolution: 'duplicate', merged_into: grown.id })
    expect((await getAlert.run({ id: 'alert-c' }, deps)).incident_id).toBe(grown.id)

    const born = await splitIncident.run({ id: 'INC-1', alert_ids: ['alert-c'] }, deps)
    await moveToIncident.run({ id: born.id, alert_ids: ['alert-a'] }, deps)
    const rest = await getIncident.run({ id: 'INC-1' }, deps)
    expect(rest).toMatchObject({ status: 'open', alert_count: 1 })
    expect(rest.timeline.map(({ alert_id }) => alert_id)).not.toContain('alert-a')
    const move = (id: string, alert_ids: string[]) => moveToIncident.run({ id, alert_ids }, deps)
    await expect(move('INC-1', ['alert-b'])).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(move('INC-2', ['alert-b'])).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(move('INC-1', ['nothing'])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('change in bulk by a filter, and asking twice changes nothing', async () => {
    const close = (which: { filter?: string; ids?: string[] }) =>
      updateAlerts.run({ ...which, exclude: [], wait: true, action: 'close', resolution: 'false_positive' }, deps)
    expect(await close({ filter: 'entity.ip:203.0.113.9' })).toMatchObject({
      matched: 2,
      changed: 2,
    })
    expect(await close({ ids: ['alert-a', 'alert-b'] })).toMatchObject({ matched: 2, changed: 0 })
    expect(
      await updateIncidents.run({ filter: 'severity:high', exclude: [], wait: true, action: 'acknowledge' }, deps),
    ).toMatchObject({
      matched: 2,
      changed: 1,
      skipped: [{ reason: 'is closed' }],
    })
    await expect(updateAlerts.run({ exclude: [], wait: true, action: 'reopen' }, deps)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
  })
})
