import { describe, expect, it } from 'vitest'
import { openRig } from '../incidents/pipeline-rig.fake.ts'
import { updateIncident } from '../incidents/update-incident.ts'
import { createSuppression } from '../suppressions/create-suppression.ts'
import { composeDigest } from './compose-digest.ts'

const hour = 60 * 60_000
const other = { dedup_key: 'a scan', entities: [{ type: 'ip' as const, value: '198.51.100.7' }], title: 'A scan' }

describe('a digest', () => {
  it('counts what happened in its period, and what was suppressed', async () => {
    const rig = await openRig()
    await rig.recur(0, { severity: 'high' })
    await rig.recur(hour, other)
    await createSuppression.run({ scope: 'ip:198.51.100.7', reason: 'our own scanner' }, rig.deps)
    await rig.decided()
    await rig.recur(hour, { ...other, dedup_key: 'another scan' })
    await updateIncident.run({ id: 'INC-1', action: 'close', resolution: 'true_positive' }, rig.deps)
    await rig.decided()

    const to = rig.deps.now() + hour
    const deps = {
      store: rig.store,
      learning: async () => [
        {
          detector: 'template',
          progress: [
            { of: 'a', seen: 5, needed: 5, unit: 'days' },
            { of: 'b', seen: 1, needed: 5, unit: 'days' },
          ],
        },
      ],
    }
    const digest = await composeDigest({ period: 'day', to }, deps)
    expect(digest).toMatchObject({
      incidents: 2,
      open: 0,
      alerts: 1,
      closed: [{ resolution: 'true_positive', alerts: 1 }],
      suppressions: [{ scope: 'ip:198.51.100.7', reason: 'our own scanner', alerts: 2, detections: 2 }],
      unused_suppressions: 0,
      learning: [{ detector: 'template', known: 1, of: 2 }],
    })
    expect(digest.worst.map(({ display_id, status }) => [display_id, status])).toEqual([
      ['INC-1', 'closed'],
      ['INC-2', 'closed'],
    ])
    expect(digest.messages.sent).toBeGreaterThan(0)

    const later = await composeDigest({ period: 'day', to: to + 48 * hour }, deps)
    expect(later).toMatchObject({
      incidents: 0,
      alerts: 0,
      closed: [],
      suppressions: [],
      messages: { sent: 0, failed: 0 },
    })
  })
})
