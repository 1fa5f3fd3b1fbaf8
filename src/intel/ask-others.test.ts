import { describe, expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import type { Observable } from '../schema/indicator.ts'
import { createAskOthers, type Other } from './ask-others.ts'
import type { AnswerKeeper } from './keeper.ts'
import type { Entry } from './provider.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const domain = (value: string): Observable => ({ type: 'domain', value })

const bad = (observable: Observable): Entry => ({
  kind: 'report',
  observable,
  report: {
    threat_level: 'high',
    confidence: 0.9,
    description: 'a name of phishing',
    tags: [],
    first_seen: null,
    last_seen: null,
    valid_until: null,
  },
})

/** Keeps answers and quotas in memory, as the store does on disk. */
const memoryKeeper = (): AnswerKeeper => {
  const answers = new Map<string, { answer: unknown; expiresAt: number }>()
  const taken = new Map<string, number>()
  return {
    async get(source, id, at) {
      const known = answers.get(`${source} ${id}`)
      return known && known.expiresAt > at ? { answer: structuredClone(known.answer) } : undefined
    },
    async save(source, id, answer, expiresAt) {
      answers.set(`${source} ${id}`, { answer: structuredClone(answer), expiresAt })
    },
    async take(source, at, limit) {
      const key = `${source} ${new Date(at).toISOString().slice(0, 10)}`
      const count = taken.get(key) ?? 0
      if (count >= limit) return false
      taken.set(key, count + 1)
      return true
    },
  }
}

const minute = 60_000
const hour = 60 * minute

/** A vendor, what it was asked, and a clock. */
const setUp = (
  answer: (observable: Observable, signal: AbortSignal) => Promise<Entry | undefined>,
  limits: Partial<Pick<Other, 'daily' | 'perMinute'>> & { readonly timeout?: number } = {},
) => {
  const asked: string[] = []
  const clock = { now: Date.UTC(2026, 0, 5, 12) }
  const others = createAskOthers({
    others: [
      {
        name: 'vendor',
        types: ['domain'],
        daily: limits.daily ?? 100,
        perMinute: limits.perMinute ?? 100,
        provider: {
          lookup(observable, signal) {
            asked.push(observable.value)
            return answer(observable, signal)
          },
        },
      },
    ],
    keeper: memoryKeeper(),
    remember: { found: 24 * hour, nothing: hour },
    timeout: limits.timeout ?? 1000,
    now: () => clock.now,
    log,
  })
  const ask = (value: string, signal = new AbortController().signal) => others.ask(domain(value), signal)
  return { others, ask, asked, clock }
}

describe('asking others about a value', () => {
  it('remembers what is known for a day, and that nothing is for an hour', async () => {
    const { ask, asked, clock } = setUp(async (observable) =>
      observable.value.startsWith('evil') ? bad(observable) : undefined,
    )
    expect((await ask('evil-example.net')).answers[0]?.entry).toMatchObject({ kind: 'report' })
    expect((await ask('fine-example.net')).answers[0]?.entry).toBeUndefined()
    clock.now += hour - 1
    expect((await ask('evil-example.net')).answers[0]?.entry).toMatchObject({ kind: 'report' })
    expect((await ask('fine-example.net')).answers).toHaveLength(1)
    expect(asked).toEqual(['evil-example.net', 'fine-example.net'])
    clock.now += 1
    await ask('evil-example.net')
    await ask('fine-example.net')
    expect(asked).toEqual(['evil-example.net', 'fine-example.net', 'fine-example.net'])
    clock.now += 23 * hour
    await ask('evil-example.net')
    expect(asked).toHaveLength(4)
  })

  it('asks only who knows of the type', async () => {
    const { others, asked } = setUp(async () => undefined)
    expect(await others.ask({ type: 'ip', value: '203.0.113.9' }, new AbortController().signal)).toEqual({
      answers: [],
      missing: [],
    })
    expect(asked).toEqual([])
  })

  it('asks once for several that want to know at the same time', async () => {
    const reply = Promise.withResolvers<Entry | undefined>()
    const { ask, asked } = setUp(() => reply.promise)
    const waiting = [ask('evil-example.net'), ask('evil-example.net'), ask('evil-example.net')]
    reply.resolve(bad(domain('evil-example.net')))
    for (const { answers } of await Promise.all(waiting)) expect(answers[0]?.entry?.kind).toBe('report')
    expect(asked).toHaveLength(1)
  })

  it('keeps within the quota of a day, and has a new one on the next', async () => {
    const { ask, asked, clock } = setUp(async () => undefined, { daily: 3 })
    for (let i = 0; i < 10; i++) await ask(`name-${i}.example-a.net`)
    expect(asked).toHaveLength(3)
    expect((await ask('another.example-a.net')).missing).toEqual([
      'vendor about another.example-a.net: its daily quota of 3 is used up',
    ])
    clock.now += 12 * hour
    expect((await ask('another.example-a.net')).missing).toEqual([])
  })

  it('keeps within the questions of a minute', async () => {
    const { ask, asked, clock } = setUp(async () => undefined, { perMinute: 4 })
    for (let i = 0; i < 10; i++) await ask(`name-${i}.example-a.net`)
    expect(asked).toHaveLength(4)
    clock.now += minute / 4
    expect((await ask('later.example-a.net')).missing).toEqual([])
    expect((await ask('latest.example-a.net')).missing).toHaveLength(1)
  })

  it('leaves alone who fails three times, tries it out with one question, and for longer each time', async () => {
    let isUp = false
    const { ask, asked, clock, others } = setUp(async () => {
      if (!isUp) throw new AppError('SOURCE_FAILED', 'It answered with 503.')
      return undefined
    })
    for (let i = 0; i < 10; i++) await ask(`name-${i}.example-a.net`)
    expect(asked).toHaveLength(3)
    expect([...others.resting().keys()]).toEqual(['vendor'])
    expect((await ask('now.example-a.net')).missing[0]).toContain('it is asked again after 12:00:30 UTC')
    clock.now += 30_000
    await Promise.all([ask('a.example-a.net'), ask('b.example-a.net'), ask('c.example-a.net')])
    expect(asked).toHaveLength(4)
    clock.now += 30_001
    await ask('d.example-a.net')
    expect(asked).toHaveLength(4)
    clock.now += 30_000
    isUp = true
    expect((await ask('e.example-a.net')).missing).toEqual([])
    await ask('f.example-a.net')
    expect(asked).toHaveLength(6)
    expect(others.resting().size).toBe(0)
  })

  it('waits as long as it is told to', async () => {
    const { ask, asked, clock } = setUp(async () => {
      throw new AppError('RATE_LIMITED', 'Too many questions.', { retryAfter: 600 })
    })
    await ask('a.example-a.net')
    clock.now += 599_000
    await ask('b.example-a.net')
    expect(asked).toHaveLength(1)
    clock.now += 1001
    await ask('c.example-a.net')
    expect(asked).toHaveLength(2)
  })

  it('does not wait for who never answers, and does not blame it when the caller gave up', async () => {
    const silent = setUp(() => new Promise(() => {}), { timeout: 20 })
    expect((await silent.ask('a.example-a.net')).missing).toEqual([
      'vendor about a.example-a.net: it did not answer within 0.02 s',
    ])
    const patient = setUp(() => new Promise(() => {}))
    for (let i = 0; i < 5; i++) {
      const gaveUp = AbortSignal.timeout(5)
      expect((await patient.ask(`n-${i}.example-a.net`, gaveUp)).missing).toEqual([
        `vendor about n-${i}.example-a.net: the time was up`,
      ])
    }
    expect(patient.asked).toHaveLength(5)
    expect(patient.others.resting().size).toBe(0)
  })
})
