import { describe, expect, it } from 'vitest'
import type { Detection } from '../../schema/detection/detection.ts'
import { openRig } from '../incidents/pipeline-rig.fake.ts'
import { updateIncident } from '../incidents/update-incident.ts'
import { createSuppression } from './create-suppression.ts'
import { learnSuppressions } from './learn-suppressions.ts'
import { previewSuppression } from './preview-suppression.ts'
import { suggestSuppression } from './suggest-suppression.ts'
import { updateSuppression } from './update-suppression.ts'

const minute = 60_000
const day = 24 * 60 * minute
const scope = { scope: 'ip:203.0.113.9', reason: 'our own scanner' }
const login: Partial<Detection> = {
  evidence: [
    { event_id: '0-99', time: '2026-01-15T10:00:00.000Z', line: 'Accepted password', role: 'the login that succeeded' },
  ],
}

/** A suppressed attack of 60 events at once, of medium severity. */
const openSuppressed = async (facts: Partial<Detection> = {}, risks: { even_if_worse?: boolean } = {}, days = 1) => {
  const rig = await openRig()
  await rig.recur(0, facts)
  const { id } = await createSuppression.run({ ...scope, ...risks, confirmed: true }, rig.deps)
  await rig.decided()
  for (let passed = 0; passed < days; passed += 0.5) expect(await rig.recur(day / 2)).toEqual([])
  expect(await learnSuppressions(rig.deps)).toBe(days > 0 ? 1 : 0)
  await rig.deps.suppressions.refresh()
  expect(await learnSuppressions(rig.deps)).toBe(0)
  return { rig, id }
}

const worse: readonly (readonly [string, Partial<Detection>, RegExp])[] = [
  ['more severe', { severity: 'high' }, /severity high instead of at most medium/],
  ['successful', login, /something succeeded, such as a login/],
  ['much larger', { event_count: 300 }, /300 events at once instead of at most 60/],
]

describe('something suppressed that gets clearly worse', () => {
  it.each(worse)('comes back once when it is %s, and says why', async (_how, facts, why) => {
    const { rig, id } = await openSuppressed()
    expect(await rig.recur(minute, facts)).toEqual(['opened'])
    const [incident] = await rig.incidents()
    expect(incident?.timeline.filter(({ kind }) => kind === 'change').at(-1)?.text).toMatch(why)
    expect(incident?.status).toBe('open')
    // It stays visible although the rest is no worse.
    for (let repeat = 0; repeat < 3; repeat += 1) expect(await rig.recur(minute)).toEqual([])
    expect(await rig.statuses()).toEqual(['new'])

    // Calling this normal too hides it again.
    await expect(updateSuppression.run({ id, days: 30 }, rig.deps)).resolves.toMatchObject({ id })
    await updateSuppression.run({ id, paused: false, confirmed: true }, rig.deps)
    expect(await rig.decided()).toEqual([])
    expect(await rig.statuses()).toEqual(['suppressed'])
    expect(await rig.recur(minute, facts)).toEqual([])
  })

  it('opens an incident that says why, if the former one is long over', async () => {
    const { rig } = await openSuppressed()
    rig.wait(3 * 24 * 60 * minute)
    expect(await rig.recur(0, { severity: 'critical' })).toEqual(['opened'])
    const [incident] = await rig.incidents()
    expect(incident?.timeline.find(({ kind }) => kind === 'change')?.text).toBe(
      '60 failed logins from 203.0.113.9: clearly worse than what was suppressed: severity critical instead of at most medium',
    )
  })

  it.each([
    ['a little larger', { event_count: 290 }, {}, {}],
    ['as severe as what was suppressed', { severity: 'high' }, { severity: 'high' }, {}],
    ['hidden even if worse', { severity: 'critical', ...login, event_count: 10_000 }, {}, { even_if_worse: true }],
  ] as const)('stays hidden when it is %s', async (_how, facts, before, risks) => {
    const { rig } = await openSuppressed(before, risks)
    expect(await rig.recur(minute, facts)).toEqual([])
    expect(await rig.statuses()).toEqual(['suppressed'])
  })

  it.each([
    ['much more of the same', { severity: 'high', event_count: 10_000 }, []],
    ['what is critical', { severity: 'critical' }, ['reopened']],
    ['a success', login, ['reopened']],
  ] as const)('shows %s within the first day, or not', async (_what, facts, reasons) => {
    const { rig } = await openSuppressed({}, {}, 0)
    expect(await rig.recur(minute, facts as Partial<Detection>)).toEqual(reasons)
  })

  it('is not hidden in the first place by a suppression that was created in advance', async () => {
    const rig = await openRig()
    await createSuppression.run(scope, rig.deps)
    expect(await rig.recur(0)).toEqual([])
    expect(await rig.recur(minute, { severity: 'critical' })).toEqual(['opened'])
  })
})

describe('creating a suppression', () => {
  it.each([
    [
      'a high severity',
      { severity: 'high' },
      { open_severe: 1, open_successes: 0 },
      /1 open alert of high or critical/,
    ],
    ['a login', login, { open_severe: 0, open_successes: 1 }, /1 open alert in which something succeeded/],
  ] as const)('needs a confirmation before it hides %s', async (_what, facts, counts, why) => {
    const rig = await openRig()
    await rig.recur(0, facts as Partial<Detection>)
    expect(await previewSuppression.run({ scope: scope.scope }, rig.deps)).toMatchObject(counts)
    await expect(createSuppression.run(scope, rig.deps)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(why),
    })
    expect(await rig.statuses()).toEqual(['new'])
    const { id, hits } = await createSuppression.run({ ...scope, confirmed: true }, rig.deps)
    expect(hits).toBe(1)
    expect(await rig.statuses()).toEqual(['suppressed'])
    await rig.decided()
    // Another scope shows what the new one does not match, as soon as it recurs.
    await updateSuppression.run({ id, scope: 'ip:198.51.100.7' }, rig.deps)
    expect(await rig.recur(minute)).toEqual(['reopened'])
  })
})

describe('the suggested scope', () => {
  it.each([
    [
      'the attacker',
      { address_roles: { attacker: [{ ip: '203.0.113.9', events: 60, internal: false }] } },
      'ip:"203.0.113.9"',
    ],
    [
      'what its alerts do, without an attacker',
      {
        entities: [
          { type: 'template' as const, value: 't1' },
          { type: 'template' as const, value: 't2' },
          { type: 'host' as const, value: 'web-01' },
        ],
      },
      'detector:"sequence" AND template:("t1" OR "t2") AND host:"web-01"',
    ],
  ])('names %s, and keeps a closed incident from coming back', async (_what, facts, expected) => {
    const rig = await openRig()
    await rig.recur(0, facts)
    await rig.recur(minute, { ...facts, dedup_key: 'another', title: 'Password spraying' })
    await updateIncident.run({ id: 'INC-1', action: 'close', resolution: 'false_positive' }, rig.deps)
    await rig.decided()
    const { scope, ...counts } = await suggestSuppression.run({ id: 'INC-1' }, rig.deps)
    expect(scope).toBe(expected)
    expect(counts).toEqual({ incident: 'INC-1', hidden: 2, true_positives: 0, open_severe: 0, open_successes: 0 })
    await createSuppression.run({ scope, reason: 'our own scanner' }, rig.deps)
    expect(await rig.recur(minute, { ...facts, dedup_key: 'a third' })).toEqual([])
  })
})
