import { describe, expect, it } from 'vitest'
import { openRig } from '../incidents/pipeline-rig.fake.ts'
import { createSuppression } from './create-suppression.ts'
import { removeSuppression } from './remove-suppression.ts'
import { updateSuppression } from './update-suppression.ts'

const hour = 60 * 60_000

const scope = { scope: 'ip:203.0.113.9', reason: 'our own scanner' }

describe('alerts that a suppression hides', () => {
  it.each([
    ['in the incident that it closed, within a day', { expires_at: 'now+5h' }, 5, 'reopened', 1],
    ['in a new incident, later', { days: 3 }, 72, 'opened', 2],
  ] as const)('come back once after it expired, %s', async (_how, expiry, hours, reason, incidents) => {
    const rig = await openRig()
    expect(await rig.recur(0)).toEqual(['opened'])
    await createSuppression.run({ ...scope, ...expiry }, rig.deps)
    await rig.decided()
    expect(await rig.statuses()).toEqual(['suppressed'])
    for (let passed = 1; passed < hours; passed += 1) expect(await rig.recur(hour)).toEqual([])
    expect(await rig.statuses()).toEqual(['suppressed'])

    // Expiry alone sends nothing: the alerts may be long over.
    rig.wait(hour)
    expect(await rig.decided()).toEqual([])
    expect(await rig.recur(1)).toEqual([reason])
    expect(await rig.statuses()).toEqual(['new'])
    expect(await rig.incidents()).toHaveLength(incidents)
    for (let again = 0; again < 3; again += 1) expect(await rig.recur(60_000)).toEqual([])
    expect(await rig.statuses()).toEqual(['new'])
  })

  it('come back once whenever it is paused, and are hidden at once when it is resumed', async () => {
    const rig = await openRig()
    expect(await rig.recur(0)).toEqual(['opened'])
    const { id } = await createSuppression.run(scope, rig.deps)
    await rig.decided()
    expect(await rig.recur(60_000)).toEqual([])

    for (const _round of [1, 2]) {
      await updateSuppression.run({ id, paused: true }, rig.deps)
      expect(await rig.decided()).toEqual([])
      expect(await rig.statuses()).toEqual(['suppressed'])
      expect(await rig.recur(60_000)).toEqual(['reopened'])
      const [open] = await rig.incidents()
      expect(open).toMatchObject({ status: 'open', resolution: null, suppression_id: null })
      expect(open?.timeline.at(-1)?.text).toContain('its suppression ended')
      for (let again = 0; again < 3; again += 1) expect(await rig.recur(60_000)).toEqual([])

      await updateSuppression.run({ id, paused: false }, rig.deps)
      expect(await rig.decided()).toEqual([])
      expect(await rig.statuses()).toEqual(['suppressed'])
      expect(await rig.incidents()).toMatchObject([{ status: 'closed', suppression_id: id }])
      for (let again = 0; again < 3; again += 1) expect(await rig.recur(60_000)).toEqual([])
    }
    await removeSuppression.run({ id }, rig.deps)
    expect(await rig.recur(60_000)).toEqual(['reopened'])
    expect(await rig.incidents()).toHaveLength(1)
  })

  it('stay hidden when it is extended in time, and come back when it is ended early', async () => {
    const rig = await openRig()
    expect(await rig.recur(0)).toEqual(['opened'])
    const { id } = await createSuppression.run({ ...scope, expires_at: 'now+2h' }, rig.deps)
    await rig.decided()
    await updateSuppression.run({ id, expires_at: 'now+10h' }, rig.deps)
    expect(await rig.recur(3 * hour)).toEqual([])
    await updateSuppression.run({ id, expires_at: 'now+1h' }, rig.deps)
    expect(await rig.recur(59 * 60_000)).toEqual([])
    expect(await rig.recur(2 * 60_000)).toEqual(['reopened'])
  })
})
