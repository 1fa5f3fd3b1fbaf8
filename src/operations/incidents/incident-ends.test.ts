import { describe, expect, it } from 'vitest'
import type { Detection } from '../../schema/detection/detection.ts'
import { updateAlerts } from '../alerts/update-alerts.ts'
import { undoDecision } from '../decisions/undo-decision.ts'
import { createSuppression } from '../suppressions/create-suppression.ts'
import { openRig } from './pipeline-rig.fake.ts'
import { resolveIdleIncidents } from './resolve-idle-incidents.ts'
import { updateIncident } from './update-incident.ts'
import { updateIncidents } from './update-incidents.ts'

const hour = 60 * 60_000
const day = 24 * hour
const foreign = { detector: 'external', kind: 'external', type: 'other', dedup_key: 'am: disk full on web-01' } as const
const over = {
  ...foreign,
  over: true,
  severity: 'info',
  score: 0,
  sentence: 'Alertmanager reports it as resolved.',
} as const
/** A second alert of the same attack. */
const second: Partial<Detection> = { dedup_key: 'password spraying from 203.0.113.9', detector: 'sigma' }
const every = { filter: '*', exclude: [] as string[], wait: true }
const close = { action: 'close', resolution: 'false_positive' } as const
const changesOf = (incident: { timeline: readonly { kind: string; text: string }[] } | undefined) =>
  incident?.timeline.filter(({ kind }) => kind === 'change').map(({ text }) => text)

describe('an incident', () => {
  it('is resolved once its sender resolved the alert, and reopens with a reason when it fires again', async () => {
    const rig = await openRig()
    expect(await rig.recur(0, foreign)).toEqual(['opened'])
    expect(await rig.recur(hour, over)).toEqual(['resolved'])
    expect(await rig.incidents()).toMatchObject([
      { status: 'resolved', resolution: null, resolved_at: expect.any(String) },
    ])
    expect(await rig.recur(60_000, over)).toEqual([])
    expect(await rig.decided()).toEqual([])

    expect(await rig.recur(hour, foreign)).toEqual(['reopened'])
    const [incident] = await rig.incidents()
    expect(incident).toMatchObject({ status: 'open' })
    expect(incident).not.toHaveProperty('resolved_at')
    expect(changesOf(incident)).toEqual([
      'Resolved: all of its alerts are resolved',
      expect.stringMatching(/^Reopened 1 h after it was resolved: .*\(same address 203\.0\.113\.9, /),
    ])
    expect(await rig.recur(hour, over)).toEqual(['resolved'])
  })

  it('stays open while another of its alerts is open', async () => {
    const rig = await openRig()
    expect(await rig.recur(0, foreign)).toEqual(['opened'])
    expect(await rig.recur(60_000, second)).toEqual([])
    expect(await rig.recur(60_000, over)).toEqual([])
    expect(await rig.incidents()).toMatchObject([{ status: 'open', alert_count: 2 }])
  })

  it('closes with the last of its alerts, and undoing that reopens it', async () => {
    const rig = await openRig()
    await rig.recur(0)
    await rig.recur(60_000, second)
    const [first, last] = (await rig.store.alerts.list({ limit: 10 })).items.map(({ id }) => id)
    const part = (id = '') => ({ ids: [id], exclude: [], wait: true, ...close })
    await updateAlerts.run(part(first), rig.deps)
    expect(await rig.incidents()).toMatchObject([{ status: 'open' }])
    const { decision_id } = await updateAlerts.run(part(last), rig.deps)
    expect(await rig.decided()).toEqual(['resolved'])
    expect(await rig.incidents()).toMatchObject([{ status: 'closed', resolution: 'false_positive' }])

    await undoDecision.run({ id: decision_id ?? '' }, rig.deps)
    expect(await rig.decided()).toEqual(['reopened'])
    const [incident] = await rig.incidents()
    expect(incident).toMatchObject({ status: 'open', resolution: null })
    expect(incident).not.toHaveProperty('resolved_at')
  })

  it('reopens when somebody reopens one of its alerts', async () => {
    const rig = await openRig()
    await rig.recur(0)
    await updateAlerts.run({ ...every, ...close }, rig.deps)
    await rig.decided()
    await updateAlerts.run({ ...every, action: 'reopen', note: 'look again' }, rig.deps)
    expect(await rig.decided()).toEqual(['reopened'])
    expect(changesOf((await rig.incidents())[0])?.at(-1)).toBe(
      'kim: reopened 60 failed logins from 203.0.113.9: look again',
    )
  })

  it.each([
    ['closing', { action: 'close', resolution: 'true_positive' }, 'closed'],
    ['resolving', { action: 'advance', status: 'resolved' }, 'resolved'],
  ] as const)('takes its alerts along, both when %s and when reopening it', async (_how, change, status) => {
    const rig = await openRig()
    await rig.recur(0)
    await updateIncidents.run({ filter: 'status:open', exclude: [], wait: true, ...change }, rig.deps)
    expect(await rig.decided()).toEqual(['resolved'])
    expect(await rig.statuses()).toEqual(['resolved'])
    expect(await rig.incidents()).toMatchObject([{ status }])

    await updateIncident.run({ id: 'INC-1', action: 'reopen' }, rig.deps)
    expect(await rig.decided()).toEqual(['reopened'])
    expect(await rig.statuses()).toEqual(['new'])
    // Its open alert grows, and the incident is not ended again.
    expect(await rig.recur(60_000)).toEqual([])
    expect(await rig.incidents()).toMatchObject([{ status: 'open', alert_count: 1 }])
  })

  it('notifies of what happens after somebody resolved it', async () => {
    const rig = await openRig()
    await rig.recur(0)
    await updateIncident.run({ id: 'INC-1', action: 'advance', status: 'resolved' }, rig.deps)
    await rig.decided()
    expect(await rig.recur(hour)).toEqual(['reopened'])
    expect(await rig.statuses()).toEqual(['new', 'resolved'])
  })

  it('does not come back for the same cause after it was closed as a false positive', async () => {
    const rig = await openRig()
    await rig.recur(0)
    await updateIncident.run({ id: 'INC-1', ...close }, rig.deps)
    expect(await rig.decided()).toEqual(['resolved'])
    for (let repeat = 0; repeat < 30; repeat += 1) expect(await rig.recur(6 * hour)).toEqual([])
    expect(await rig.statuses()).toEqual(['false_positive'])
  })
})

describe('an idle incident', () => {
  const idle = async (facts: Partial<Detection>, after: number, quietAfter = day) => {
    const rig = await openRig()
    await rig.recur(0, facts)
    rig.wait(after)
    await resolveIdleIncidents(rig.deps, quietAfter)
    expect(await resolveIdleIncidents(rig.deps, quietAfter)).toBe(0)
    return { rig, sent: await rig.decided(), statuses: (await rig.incidents()).map(({ status }) => status) }
  }

  it('is resolved when the window is over, says so once, and reopens with the next alert', async () => {
    const { rig, sent, statuses } = await idle({}, 6 * hour + 1, 6 * hour)
    expect([sent, statuses]).toEqual([['resolved'], ['resolved']])
    expect(await rig.statuses()).toEqual(['resolved'])
    expect(changesOf((await rig.incidents())[0])).toEqual(['vedette: resolved it: no news for 6 h'])
    expect(await rig.recur(hour)).toEqual(['reopened'])
  })

  it.each([
    ['before the window is over', {}, day - 1, day],
    ['of high severity', { severity: 'high' }, 30 * day, day],
    [
      'in which a login succeeded',
      {
        evidence: [
          { event_id: '0-1', time: new Date(0).toISOString(), line: 'Accepted', role: 'the login that succeeded' },
        ],
      },
      30 * day,
      day,
    ],
    ['if idle incidents are never resolved', {}, 30 * day, 0],
  ] satisfies readonly (readonly [string, Partial<Detection>, number, number])[])(
    'stays open %s',
    async (_when, facts, after, quietAfter) => {
      const { sent, statuses } = await idle(facts, after, quietAfter)
      expect([sent, statuses]).toEqual([[], ['open']])
    },
  )

  it('stays open while somebody works on it', async () => {
    const rig = await openRig()
    await rig.recur(0)
    await updateIncident.run({ id: 'INC-1', action: 'acknowledge' }, rig.deps)
    rig.wait(30 * day)
    expect(await resolveIdleIncidents(rig.deps, day)).toBe(0)
  })
})

describe('a suppression', () => {
  const scope = { scope: 'ip:203.0.113.9', reason: 'our own scanner' }

  it('closes the incident at receivers that hold it open, and sends nothing to others', async () => {
    const rig = await openRig()
    await rig.recur(0)
    await createSuppression.run(scope, rig.deps)
    expect(await rig.decided()).toEqual([])
    expect(await rig.decided()).toEqual([])
    expect(await rig.sentTo('oncall')).toEqual(['opened'])
    expect(await rig.sentTo('pager')).toEqual(['opened', 'resolved'])
  })

  it('does not notify of the end of an incident that the receiver never got', async () => {
    const rig = await openRig()
    await rig.recur(0, { severity: 'info' })
    await createSuppression.run(scope, rig.deps)
    await rig.decided()
    expect(await rig.sentTo('pager')).toEqual([])
  })

  it('leaves the message that an incident was resolved, and cancels the one that it reopened', async () => {
    const rig = await openRig()
    await rig.recur(0)
    await updateIncident.run({ id: 'INC-1', action: 'close', resolution: 'true_positive' }, rig.deps)
    await rig.plan()
    await rig.recur(hour, second, false)
    await createSuppression.run(scope, rig.deps)
    expect(await rig.decided()).toEqual(['resolved'])
    expect(await rig.sentTo('pager')).toEqual(['opened', 'resolved'])
  })
})
