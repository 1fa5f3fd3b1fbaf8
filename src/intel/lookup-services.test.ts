import { describe, expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import type { Observable } from '../schema/intelligence/indicator.ts'
import { createLookupServices, type LookupService } from './lookup-services.ts'
import type { FeedEntry } from './provider.ts'
import type { AnswerStore } from './stores.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const domain = (value: string): Observable => ({ type: 'domain', value })

const bad = (observable: Observable): FeedEntry => ({
  kind: 'report',
  observable,
  report: {
    threat_level: 'high',
    confidence: 0.9,
    description: 'phishing',
    tags: [],
    first_seen: null,
    last_seen: null,
    valid_until: null,
  },
})

/** Stores answers and quotas in memory. */
const memoryStore = (): AnswerStore => {
  const answers = new Map<string, { answer: unknown; expiresAt: number }>()
  const used = new Map<string, number>()
  return {
    async get(source, id, at) {
      const row = answers.get(`${source} ${id}`)
      return row && row.expiresAt > at ? { answer: structuredClone(row.answer) } : undefined
    },
    async save(source, id, answer, expiresAt) {
      answers.set(`${source} ${id}`, { answer: structuredClone(answer), expiresAt })
    },
    async take(source, at, limit) {
      const key = `${source} ${new Date(at).toISOString().slice(0, 10)}`
      const count = used.get(key) ?? 0
      if (count >= limit) return false
      used.set(key, count + 1)
      return true
    },
  }
}

const minute = 60_000
const hour = 60 * minute

/** Creates one service, the list of values that it was queried about, and a clock. */
const setUp = (
  answer: (observable: Observable, signal: AbortSignal) => Promise<FeedEntry | undefined>,
  limits: Partial<Pick<LookupService, 'daily' | 'perMinute'>> & { readonly timeout?: number } = {},
) => {
  const queried: string[] = []
  const clock = { now: Date.UTC(2026, 0, 5, 12) }
  const services = createLookupServices({
    services: [
      {
        name: 'vendor',
        types: ['domain'],
        daily: limits.daily ?? 100,
        perMinute: limits.perMinute ?? 100,
        provider: {
          lookup(observable, signal) {
            queried.push(observable.value)
            return answer(observable, signal)
          },
        },
      },
    ],
    store: memoryStore(),
    remember: { found: 24 * hour, nothing: hour },
    timeout: limits.timeout ?? 1000,
    now: () => clock.now,
    log,
  })
  const query = (value: string, signal = new AbortController().signal) => services.query(domain(value), signal)
  return { services, query, queried, clock }
}

describe('lookup services', () => {
  it('caches reports for a day and empty answers for an hour', async () => {
    const { query, queried, clock } = setUp(async (observable) =>
      observable.value.startsWith('evil') ? bad(observable) : undefined,
    )
    expect((await query('evil-example.net')).answers[0]?.entry).toMatchObject({ kind: 'report' })
    expect((await query('fine-example.net')).answers[0]?.entry).toBeUndefined()
    clock.now += hour - 1
    expect((await query('evil-example.net')).answers[0]?.entry).toMatchObject({ kind: 'report' })
    expect((await query('fine-example.net')).answers).toHaveLength(1)
    expect(queried).toEqual(['evil-example.net', 'fine-example.net'])
    clock.now += 1
    await query('evil-example.net')
    await query('fine-example.net')
    expect(queried).toEqual(['evil-example.net', 'fine-example.net', 'fine-example.net'])
    clock.now += 23 * hour
    await query('evil-example.net')
    expect(queried).toHaveLength(4)
  })

  it('queries only services that cover the type', async () => {
    const { services, queried } = setUp(async () => undefined)
    expect(await services.query({ type: 'ip', value: '203.0.113.9' }, new AbortController().signal)).toEqual({
      answers: [],
      missing: [],
    })
    expect(queried).toEqual([])
  })

  it('shares one query between concurrent callers', async () => {
    const reply = Promise.withResolvers<FeedEntry | undefined>()
    const { query, queried } = setUp(() => reply.promise)
    const waiting = [query('evil-example.net'), query('evil-example.net'), query('evil-example.net')]
    reply.resolve(bad(domain('evil-example.net')))
    for (const { answers } of await Promise.all(waiting)) expect(answers[0]?.entry?.kind).toBe('report')
    expect(queried).toHaveLength(1)
  })

  it('respects the daily quota, and starts a new one the next day', async () => {
    const { query, queried, clock } = setUp(async () => undefined, { daily: 3 })
    for (let i = 0; i < 10; i++) await query(`name-${i}.example-a.net`)
    expect(queried).toHaveLength(3)
    expect((await query('another.example-a.net')).missing).toEqual([
      'vendor about another.example-a.net: the daily quota of 3 is used up',
    ])
    clock.now += 12 * hour
    expect((await query('another.example-a.net')).missing).toEqual([])
  })

  it('respects the limit per minute', async () => {
    const { query, queried, clock } = setUp(async () => undefined, { perMinute: 4 })
    for (let i = 0; i < 10; i++) await query(`name-${i}.example-a.net`)
    expect(queried).toHaveLength(4)
    clock.now += minute / 4
    expect((await query('later.example-a.net')).missing).toEqual([])
    expect((await query('latest.example-a.net')).missing).toHaveLength(1)
  })

  it('pauses a service after three failures, tests it with one query, and doubles the pause', async () => {
    let isUp = false
    const { query, queried, clock, services } = setUp(async () => {
      if (!isUp) throw new AppError('SOURCE_FAILED', 'The service answered 503.')
      return undefined
    })
    for (let i = 0; i < 10; i++) await query(`name-${i}.example-a.net`)
    expect(queried).toHaveLength(3)
    expect([...services.pausedUntil().keys()]).toEqual(['vendor'])
    expect((await query('now.example-a.net')).missing[0]).toContain('paused until 12:00:30 UTC')
    clock.now += 30_000
    await Promise.all([query('a.example-a.net'), query('b.example-a.net'), query('c.example-a.net')])
    expect(queried).toHaveLength(4)
    clock.now += 30_001
    await query('d.example-a.net')
    expect(queried).toHaveLength(4)
    clock.now += 30_000
    isUp = true
    expect((await query('e.example-a.net')).missing).toEqual([])
    await query('f.example-a.net')
    expect(queried).toHaveLength(6)
    expect(services.pausedUntil().size).toBe(0)
  })

  it('respects Retry-After', async () => {
    const { query, queried, clock } = setUp(async () => {
      throw new AppError('RATE_LIMITED', 'Too many requests.', { retryAfter: 600 })
    })
    await query('a.example-a.net')
    clock.now += 599_000
    await query('b.example-a.net')
    expect(queried).toHaveLength(1)
    clock.now += 1001
    await query('c.example-a.net')
    expect(queried).toHaveLength(2)
  })

  it('times out, and counts no failure if the caller gives up', async () => {
    const silent = setUp(() => new Promise(() => {}), { timeout: 20 })
    expect((await silent.query('a.example-a.net')).missing).toEqual([
      'vendor about a.example-a.net: no answer within 0.02 s',
    ])
    const patient = setUp(() => new Promise(() => {}))
    for (let i = 0; i < 5; i++) {
      const gaveUp = AbortSignal.timeout(5)
      expect((await patient.query(`n-${i}.example-a.net`, gaveUp)).missing).toEqual([
        `vendor about n-${i}.example-a.net: timed out`,
      ])
    }
    expect(patient.queried).toHaveLength(5)
    expect(patient.services.pausedUntil().size).toBe(0)
  })
})
