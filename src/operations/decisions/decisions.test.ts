import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { until } from '../../../test/until.ts'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { openStore } from '../../store/open-store.ts'
import { begin, sampleAlert, sampleIncident, sampleTriage } from '../../store/samples.conformance.ts'
import { commentAlert } from '../alerts/comment-alert.ts'
import { getAlert } from '../alerts/get-alert.ts'
import { updateAlerts } from '../alerts/update-alerts.ts'
import { getIncident } from '../incidents/get-incident.ts'
import { updateIncidents } from '../incidents/update-incidents.ts'
import { getDecision } from './get-decision.ts'
import { listDecisions } from './list-decisions.ts'
import { undoDecision } from './undo-decision.ts'

const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const noor: Actor = { name: 'noor', role: 'analyst' }
const sam: Actor = { name: 'sam', role: 'analyst' }

describe('what was done to many at once', () => {
  let time = begin
  const open = async () => {
    const now = () => time
    const store = await openStore('sqlite::memory:', { now, log })
    const queue = openEmbeddedQueue({ connections: store.connections, now, log })
    return { store, queue, now, newId: randomUUID, actor: noor }
  }
  let deps: Awaited<ReturnType<typeof open>>
  beforeEach(async () => {
    time = begin + 86_400_000
    deps = await open()
  })
  afterEach(() => deps.store.close())

  const keep = (...alerts: readonly Alert[]) => deps.store.transaction((tx) => deps.store.alerts.save(alerts, tx))
  const change = (input: object, who = noor) =>
    updateAlerts.run(updateAlerts.input.parse(input), { ...deps, actor: who })
  const undo = (id: string | null, who = noor) => undoDecision.run({ id: id ?? '' }, { ...deps, actor: who })
  const stateOf = async (id: string) => {
    const { status, assignee, resolution, suppression_id } = await getAlert.run({ id }, deps)
    return { status, assignee, resolution, suppression_id }
  }

  it('is undone completely', async () => {
    const alerts = [
      sampleAlert(1, { status: 'investigating', assignee: 'sam' }),
      sampleAlert(2),
      sampleAlert(3, { status: 'suppressed', suppression_id: 's1' }),
    ]
    await keep(...alerts)
    const before = await Promise.all(alerts.map(({ id }) => stateOf(id)))
    const { decision_id, changed } = await change({
      filter: '',
      action: 'close',
      resolution: 'expected',
      note: 'drill',
    })
    expect(changed).toBe(3)
    expect(await stateOf(alerts[1]?.id ?? '')).toMatchObject({ status: 'resolved', assignee: 'noor' })
    expect((await listDecisions.run({ limit: 5 }, deps)).data).toEqual([
      expect.objectContaining({
        id: decision_id,
        action: 'close',
        state: 'done',
        matched: 3,
        changed: 3,
        note: 'drill',
      }),
    ])
    expect(await undo(decision_id)).toMatchObject({ matched: 3, changed: 3, skipped: [] })
    expect(await Promise.all(alerts.map(({ id }) => stateOf(id)))).toEqual(before)
    expect(await getDecision.run({ id: decision_id ?? '' }, deps)).toMatchObject({
      state: 'undone',
      undone_by: 'noor',
    })
    const { history } = await getAlert.run({ id: alerts[0]?.id ?? '' }, deps)
    expect(history.map(({ action }) => action)).toEqual(['undo', 'close'])
    await expect(undo(decision_id)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('keeps later changes, and does not reset an alert that was triaged meanwhile', async () => {
    await keep(sampleAlert(1), sampleAlert(2))
    const { decision_id } = await change({ filter: '', action: 'acknowledge' })
    await change({ ids: ['alert-000001'], action: 'close', resolution: 'duplicate' }, sam)
    const [judged] = await deps.store.alerts.load(['alert-000002'])
    if (judged) await keep({ ...judged, triage: sampleTriage, version: judged.version + 1 })
    expect(await undo(decision_id)).toMatchObject({
      changed: 1,
      skipped: [{ id: 'alert-000001', reason: 'has changed since' }],
    })
    expect(await stateOf('alert-000001')).toMatchObject({ status: 'resolved', resolution: 'duplicate' })
    expect(await stateOf('alert-000002')).toMatchObject({ status: 'triaged', assignee: null })
  })

  it('restores an incident with its alerts, and adds an entry to its timeline', async () => {
    await keep(sampleAlert(1, { incident_id: 'incident-000001' }))
    const member = { alert_id: 'alert-000001', reason: 'It opened the incident.', added_at: sampleAlert(1).created_at }
    await deps.store.transaction((tx) => deps.store.incidents.save([sampleIncident(1, { members: [member] })], tx))
    const input = { ids: ['INC-1'], action: 'close', resolution: 'true_positive' }
    const { decision_id } = await updateIncidents.run(updateIncidents.input.parse(input), deps)
    expect((await stateOf('alert-000001')).status).toBe('resolved')
    expect(await undo(decision_id)).toMatchObject({ matched: 2, changed: 2 })
    const incident = await getIncident.run({ id: 'INC-1' }, deps)
    expect(incident).toMatchObject({ status: 'open', assignee: null, resolution: null })
    expect(incident.timeline.at(-1)?.text).toBe('noor: undid: close')
    expect((await stateOf('alert-000001')).status).toBe('new')
  })

  it('reopens the incidents that ended with the alerts of a group, and counts only the alerts', async () => {
    await keep(
      sampleAlert(1, { incident_id: 'incident-000001' }),
      sampleAlert(2, { incident_id: 'incident-000002', status: 'investigating', assignee: 'sam' }),
      sampleAlert(3, { incident_id: 'incident-000002' }),
    )
    const member = (id: string) => ({
      alert_id: id,
      reason: 'It opened the incident.',
      added_at: sampleAlert(1).created_at,
    })
    const incidents = [
      sampleIncident(1, { members: [member('alert-000001')] }),
      sampleIncident(2, { members: [member('alert-000002'), member('alert-000003')] }),
    ]
    await deps.store.transaction((tx) => deps.store.incidents.save(incidents, tx))
    const statuses = async () => (await deps.store.incidents.list({ limit: 5 })).items.map(({ status }) => status)
    const { decision_id, changed } = await change({ filter: '', action: 'close', resolution: 'false_positive' })
    expect(changed).toBe(3)
    expect(await statuses()).not.toContain('open')
    expect(await undo(decision_id)).toMatchObject({ matched: 3, changed: 3, skipped: [] })
    expect(await statuses()).toEqual(['open', 'open'])
    expect(await stateOf('alert-000002')).toMatchObject({ status: 'investigating', assignee: 'sam', resolution: null })
  })

  it('can be undone by its author only, within a day', async () => {
    await keep(sampleAlert(1))
    const { decision_id } = await change({ filter: '', action: 'acknowledge' })
    await expect(undo(decision_id, sam)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    time += 86_400_001
    await expect(undo(decision_id)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(undo('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await listDecisions.run({ limit: 5 }, { ...deps, actor: sam })).data).toEqual([])
  })

  it('changes what was there at a moment, and nothing that came later', async () => {
    await keep(sampleAlert(1), sampleAlert(2))
    const as_of = sampleAlert(1).created_at
    expect(await change({ filter: 'open:true', as_of, action: 'acknowledge' })).toMatchObject({
      matched: 1,
      changed: 1,
    })
    expect((await stateOf('alert-000002')).status).toBe('new')
  })

  it('goes on after the answer when nobody wants to wait, and can be followed', async () => {
    const count = runs(3_000)
    await keep(...Array.from({ length: count }, (_, number) => sampleAlert(number)))
    const answer = await change({ filter: '', action: 'acknowledge', wait: false })
    expect(answer.changed + answer.pending).toBe(count)
    const read = () => getDecision.run({ id: answer.decision_id ?? '' }, deps)
    await until(async () => (await read()).state === 'done', 'the end of the decision')
    expect(await read()).toMatchObject({ state: 'done', changed: count })
  })

  it('counts as stopped after a while without progress', async () => {
    const running = { id: 'd1', actor: 'noor', action: 'close', target_type: 'alert', note: null } as const
    const moment = new Date(time).toISOString()
    const counts = { matched: 9, changed: 5, skipped: 0, undone_by: null }
    await deps.store.transaction((tx) =>
      deps.store.decisions.save(
        { ...running, ...counts, state: 'running', created_at: moment, updated_at: moment },
        tx,
      ),
    )
    await expect(undo('d1')).rejects.toMatchObject({ code: 'CONFLICT' })
    time += 61_000
    expect((await getDecision.run({ id: 'd1' }, deps)).state).toBe('stopped')
  })

  it('leaves notes in the history of an alert', async () => {
    await keep(sampleAlert(1))
    await commentAlert.run({ id: 'alert-000001', text: 'asked dana' }, deps)
    const [note] = (await getAlert.run({ id: 'alert-000001' }, deps)).history
    expect(note).toMatchObject({ actor: 'noor', action: 'comment', new_values: { text: 'asked dana' } })
    await expect(commentAlert.run({ id: 'nothing', text: 'x' }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
