import { afterEach, describe, expect, it } from 'vitest'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { createSuppression } from './create-suppression.ts'
import { listSuppressions } from './list-suppressions.ts'
import { previewSuppression } from './preview-suppression.ts'
import { removeSuppression } from './remove-suppression.ts'
import { updateSuppression } from './update-suppression.ts'

const time = Date.UTC(2024, 11, 10, 12)
const actor: Actor = { name: 'kim', role: 'analyst' }
const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const stores: Store[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

const openDeps = async () => {
  const store = await openStore('sqlite::memory:', { now: () => time, log })
  stores.push(store)
  let ids = 0
  const queue = openEmbeddedQueue({ connections: store.connections, now: () => time, log })
  return { store, queue, actor, suppressions: { refresh: async () => {} }, now: () => time, newId: () => `s${++ids}` }
}

const alert = (number: number, extra: Partial<Alert> = {}): Alert => ({
  id: `a${number}`,
  dedup_key: `key${number}`,
  status: 'new',
  type: 'anomaly',
  severity: 'low',
  score: 0.5,
  title: `Alert ${number}`,
  sentence: 'Something is unusual.',
  value: '5',
  usual: '0–3',
  detectors: ['template'],
  source: 'auth',
  stream: 'auth/web-01/sshd',
  entities: [{ type: 'host', value: number % 2 === 0 ? 'web-01' : 'db-01' }],
  techniques: [],
  contributions: [{ feature: 'count', value: '5', usual: '0–3', weight: 0.5 }],
  evidence: [{ event_id: '0-1', time: '2024-12-10T06:00:00.000Z', line: 'a line' }],
  count: 1,
  event_count: 1,
  detection_ids: [`d${number}`],
  first_seen: new Date(time - number * 86_400_000).toISOString(),
  last_seen: new Date(time - number * 86_400_000).toISOString(),
  created_at: new Date(time - number * 86_400_000).toISOString(),
  updated_at: new Date(time - number * 86_400_000).toISOString(),
  learning: false,
  incident_id: null,
  assignee: null,
  resolution: null,
  suppression_id: null,
  triage: null,
  version: 1,
  ...extra,
})

describe('a suppression', () => {
  it('goes on after a page of alerts that were all closed meanwhile', async () => {
    const deps = await openDeps()
    const { store } = deps
    const alerts = Array.from({ length: 501 }, (_, index) => alert(2 * index))
    await store.transaction((tx) => store.alerts.save(alerts, tx))
    let pages = 0
    const list: Store['alerts']['list'] = async (query) => {
      const page = await store.alerts.list(query)
      // The survey of the scope reads closed alerts, too.
      if (query.status) pages += 1
      const closed = page.items.map((one) => ({ ...one, status: 'resolved' as const, version: one.version + 1 }))
      if (query.status && pages === 1) await store.transaction((tx) => store.alerts.save(closed, tx))
      return page
    }
    const busy = { ...deps, store: { ...store, alerts: { ...store.alerts, list } } }
    await createSuppression.run({ scope: 'entity.host:web-01', reason: 'Nightly backup.' }, busy)
    const [oldest] = await store.transaction((tx) => store.alerts.load(['a1000'], tx))
    expect(oldest?.status).toBe('suppressed')
    expect(await store.alerts.counts()).toEqual([
      expect.objectContaining({ status: 'resolved', count: 500 }),
      expect.objectContaining({ status: 'suppressed', count: 1 }),
    ])
  })

  it('lasts 90 days, belongs to who made it, and is written down', async () => {
    const deps = await openDeps()
    const made = await createSuppression.run({ scope: 'entity.host:web-01', reason: 'Nightly backup.' }, deps)
    expect(made).toMatchObject({
      owner: 'kim',
      paused: false,
      hits: 0,
      created_at: '2024-12-10T12:00:00.000Z',
      expires_at: '2025-03-10T12:00:00.000Z',
    })
    expect((await listSuppressions.run({}, deps)).data).toEqual([made])
    const { items } = await deps.store.audit.list({ limit: 10 })
    expect(items).toMatchObject([
      { actor: 'kim', action: 'create_suppression', target_type: 'suppression', target_id: made.id, new_values: made },
    ])
  })

  it('ends when it is removed', async () => {
    const deps = await openDeps()
    const create = (expiry: { days?: number; expires_at?: string | null }) =>
      createSuppression.run({ scope: 'detector:template', reason: 'Known.', ...expiry }, deps)
    expect((await create({ days: 1 })).expires_at).toBe('2024-12-11T12:00:00.000Z')
    expect((await create({ expires_at: 'now+2h' })).expires_at).toBe('2024-12-10T14:00:00.000Z')
    expect((await create({ expires_at: null })).expires_at).toBeNull()
    await expect(create({ expires_at: '2024-12-09' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(create({ expires_at: 'soon' })).rejects.toMatchObject({ errors: [{ path: 'expires_at' }] })
    await expect(create({ days: 1, expires_at: null })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it('needs a scope that parses and that does not hide everything', async () => {
    const deps = await openDeps()
    const create = (scope: string) => createSuppression.run({ scope, reason: 'Known.' }, deps)
    await expect(create('(host:x')).rejects.toMatchObject({ code: 'FILTER_SYNTAX', errors: [{ path: 'scope' }] })
    for (const scope of ['*', '*:*', '(*)'])
      await expect(create(scope)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(await deps.store.suppressions.list()).toEqual([])
  })

  it('is paused, resumed, extended and taken away, each written down', async () => {
    const deps = await openDeps()
    const { id } = await createSuppression.run({ scope: 'detector:template', reason: 'Known.' }, deps)
    expect(await updateSuppression.run({ id, paused: true }, deps)).toMatchObject({ paused: true })
    expect(await updateSuppression.run({ id, paused: false, days: 365 }, deps)).toMatchObject({
      paused: false,
      expires_at: '2025-12-10T12:00:00.000Z',
      reason: 'Known.',
    })
    expect(await updateSuppression.run({ id, expires_at: null, reason: 'Forever.' }, deps)).toMatchObject({
      expires_at: null,
      reason: 'Forever.',
    })
    await expect(updateSuppression.run({ id }, deps)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(await removeSuppression.run({ id }, deps)).toEqual({ id, removed: true })
    await expect(removeSuppression.run({ id }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(updateSuppression.run({ id, paused: true }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { items } = await deps.store.audit.list({ limit: 10, target_id: id })
    expect(items.map((entry) => entry.action).toSorted()).toEqual([
      'create_suppression',
      'remove_suppression',
      'update_suppression',
      'update_suppression',
      'update_suppression',
    ])
  })

  it('is previewed on the alerts of the last 30 days, real ones first', async () => {
    const deps = await openDeps()
    const alerts = Array.from({ length: 40 }, (_, number) =>
      alert(number, number === 20 ? { status: 'resolved', resolution: 'true_positive' } : {}),
    )
    await deps.store.transaction((tx) => deps.store.alerts.save(alerts, tx))
    const preview = await previewSuppression.run({ scope: 'entity.host:web-01' }, deps)
    expect(preview).toMatchObject({ checked: 31, hidden: 16, true_positives: 1, from: '2024-11-10T12:00:00.000Z' })
    expect(preview.samples.map(({ id }) => id)).toEqual([
      'a20',
      'a0',
      'a2',
      'a4',
      'a6',
      'a8',
      'a10',
      'a12',
      'a14',
      'a16',
    ])
  })

  it('warns before it hides open alerts of high or critical severity, however old they are', async () => {
    const deps = await openDeps()
    const alerts = [
      alert(0, { severity: 'high' }),
      alert(2, { severity: 'critical', status: 'resolved', resolution: 'expected' }),
      alert(4, { severity: 'medium' }),
      alert(38, { severity: 'critical' }),
    ]
    await deps.store.transaction((tx) => deps.store.alerts.save(alerts, tx))
    const preview = await previewSuppression.run({ scope: 'entity.host:web-01' }, deps)
    expect(preview).toMatchObject({ checked: 3, hidden: 3, open_severe: 2 })
    expect(preview.samples.map(({ id }) => id)).toEqual(['a0', 'a38', 'a2', 'a4'])
    expect(await previewSuppression.run({ scope: 'entity.host:web-01 severity:medium' }, deps)).toMatchObject({
      open_severe: 0,
    })
  })
})
