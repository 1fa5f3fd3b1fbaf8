import { describe, expect, it } from 'vitest'
import type { Alert } from '../../schema/alert/alert.ts'
import { createHistory } from './history.ts'
import { someAlert } from './triager.conformance.ts'

const guess = (number: number, facts: Partial<Alert> = {}): Alert =>
  someAlert({
    id: `guess-${number}`,
    title: `${number + 5} failed logins from 198.51.100.${number}`,
    entities: [
      { type: 'ip', value: `198.51.100.${number}` },
      { type: 'host', value: 'web-01' },
      { type: 'service', value: 'sshd' },
    ],
    first_seen: new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString(),
    ...facts,
  })

const other = someAlert({
  id: 'other',
  type: 'data_exfiltration',
  title: 'db-01 sent 3 GB to a stranger',
  detectors: ['baseline'],
  techniques: ['T1048'],
  entities: [{ type: 'host', value: 'db-01' }],
  first_seen: '2026-01-01T00:00:00.000Z',
})

describe('the memory of alerts', () => {
  it('counts similar earlier alerts, and decisions about them', async () => {
    const history = createHistory(async () => [
      other,
      guess(1, { resolution: 'true_positive', status: 'resolved' }),
      guess(2, { resolution: 'false_positive', status: 'false_positive' }),
      guess(3, { status: 'suppressed' }),
      guess(4, { resolution: 'duplicate', status: 'resolved' }),
      guess(5),
      guess(9),
    ])
    const { nearest, ...counts } = await history.of(guess(6))
    expect(counts).toEqual({ count: 2, dismissed: 2, confirmed: 1 })
    expect(nearest.map(({ alert_id }) => alert_id)).toEqual(['guess-5', 'guess-4', 'guess-3', 'guess-2', 'guess-1'])
    expect(nearest[0]).toMatchObject({ title: '10 failed logins from 198.51.100.5', resolution: null })
  })

  it('is empty without similar alerts', async () => {
    const history = createHistory(async () => [other])
    expect(await history.of(guess(1))).toEqual({ nearest: [], count: 0, dismissed: 0, confirmed: 0 })
  })

  it('updates the features of changed alerts', async () => {
    let heads: readonly Alert[] = [guess(1), guess(2)]
    const history = createHistory(async () => heads)
    expect(await history.of(guess(6))).toMatchObject({ count: 2, dismissed: 0 })
    const [, second] = heads
    heads = [...(second ? [second] : []), guess(3), guess(1, { resolution: 'expected', status: 'resolved' })]
    expect(await history.of(guess(6))).toMatchObject({ count: 2, dismissed: 1 })
  })

  it('drops removed items', async () => {
    let heads: readonly Alert[] = [guess(1), guess(2)]
    const history = createHistory(async () => heads)
    await history.of(guess(6))
    heads = heads.slice(1)
    history.forget(['guess-1'])
    expect((await history.of(guess(6))).nearest.map(({ alert_id }) => alert_id)).toEqual(['guess-2'])
  })

  it('finds the items most similar to a description', async () => {
    const history = createHistory(async () => [other, guess(1), guess(2)])
    const found = await history.find(guess(2), { most: 1, least: 0.1, except: 'guess-2' })
    expect(found.map(({ entry, similarity }) => [entry.id, similarity > 0.6])).toEqual([['guess-1', true]])
  })
})
