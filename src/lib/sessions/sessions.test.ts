import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deepRun, runs } from '../../../test/depth.ts'
import { needs, sharedData } from '../../../test/needs.ts'
import { StateError } from '../bytes/codec.ts'
import { createRandom } from '../random/random.ts'
import { learnSessions, type Session, Sessions, sayFact } from './sessions.ts'

/** Jobs that open, work a few times, sometimes try again, and close. */
const jobs = (count: number, seed = 1): string[][] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const session = ['open', 'check']
    for (let i = 1 + random.below(4); i > 0; i--) session.push('read', 'write')
    if (random.below(5) === 0) session.push('retry', 'write')
    session.push('flush', 'close')
    return session
  })
}
const usual = ['open', 'check', 'read', 'write', 'read', 'write', 'flush', 'close']
const odd: Record<string, readonly string[]> = {
  'new event': ['open', 'check', 'read', 'panic', 'write', 'flush', 'close'],
  'unusual count': ['open', 'check', 'read', 'write', 'flush', 'flush', 'flush', 'close'],
  'missing event': ['open', 'read', 'write', 'flush', 'close'],
  'unusual order': ['open', 'check', 'write', 'read', 'flush', 'close'],
  'missing end': ['open', 'check', 'read', 'write', 'flush'],
  'missing beginning': ['check', 'read', 'write', 'flush', 'close'],
}

const event = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const session = fc.array(event, { maxLength: 12 })
const corpus = fc.array(session, { minLength: 1, maxLength: 40 })
const trained = fc.constantFrom('normal' as const, 'everything' as const)

describe('sessions', () => {
  it.each(Object.entries(odd))('finds a %s', (_, session) => {
    const sessions = learnSessions(jobs(300))
    expect(sessions.score(session)).toBeGreaterThan(0.45)
    expect(sessions.score(session)).toBeGreaterThan(sessions.score(usual) + 0.4)
  })

  it('finds anomalies in a mix, also where they repeat', () => {
    const clump = Array.from({ length: 12 }, () => ['open', 'check', 'fail'])
    const all = [...jobs(500), ...Object.values(odd), ...clump]
    const sessions = learnSessions(all, { trained: 'everything' })
    const scores = all.map((session) => sessions.score(session, { learnt: true }))
    const threshold = [...scores].sort((a, b) => b - a)[24] ?? 1
    expect(scores.slice(500).filter((score) => score >= threshold).length).toBeGreaterThanOrEqual(17)
  })

  it('says why, with what is usual', () => {
    const sessions = learnSessions(jobs(300))
    const kinds = (name: string) => sessions.explain(odd[name] ?? []).map(({ kind }) => kind)
    expect(kinds('unusual count')).toContain('odd-count')
    expect(kinds('new event')).toEqual(['new-event'])
    expect(kinds('missing event')).toContain('missing-event')
    expect(kinds('missing end')).toContain('odd-end')
    expect(kinds('missing beginning')).toContain('odd-start')
    const order = sessions.explain(odd['unusual order'] ?? [])
    expect(order.find(({ kind }) => kind === 'odd-transition')).toMatchObject({
      from: 'check',
      usual: 'read',
      share: 0,
    })
    const why = sessions.explain(odd['missing end'] ?? []).map(sayFact)
    expect(why).toContain('The session ends after "flush", as in no other session; "close" mostly comes next.')
    expect(why).toContain('"close" is missing; it comes once in sessions like this one.')
    expect(sessions.explain(usual).every(({ weight }) => weight >= 0 && weight <= 1)).toBe(true)
  })

  it('shows the usual value also of anomalous ones that repeat', () => {
    const clump = Array.from({ length: 3 }, () => ['open', 'check', 'read', 'panic', 'write', 'flush', 'close'])
    const sessions = learnSessions([...jobs(500), ...clump], { trained: 'everything' })
    const facts = sessions.explain(clump[0] ?? [], { learnt: true })
    expect(facts[0]).toMatchObject({ kind: 'extra-event', event: 'panic', count: 1, usual: 0 })
    expect(facts.map(sayFact)[0]).toContain('it is in 0.6 % of the sessions, and not in those like this one.')
  })

  it('takes numbers for ids, and the empty session for one like any other', () => {
    const sessions = learnSessions([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 2, 3],
    ])
    expect(sessions.score(['1', '2', '3'])).toBeLessThan(0.1)
    expect(sessions.score([1, 9, 3])).toBeGreaterThan(sessions.score([1, 2, 3]))
    expect(sessions.score([])).toBeGreaterThan(0.1)
    expect(new Sessions().score([1])).toBe(0)
    expect(() => new Sessions({ patterns: 0 })).toThrow(RangeError)
  })

  it('learns on', () => {
    const sessions = learnSessions(jobs(100))
    const rare = ['open', 'check', 'audit', 'close']
    const before = sessions.score(rare)
    for (let i = 0; i < 30; i++) sessions.add(rare)
    expect(sessions.score(rare)).toBeLessThan(before - 0.3)
    expect(sessions.size).toBe(130)
  })
})

describe('properties', () => {
  it('does not depend on the order of training', () => {
    fc.assert(
      fc.property(corpus, session, trained, fc.nat(), (learnt, asked, trained, seed) => {
        const random = createRandom(seed)
        const shuffled = learnt.map((value) => ({ value, key: random.next() })).sort((a, b) => a.key - b.key)
        const one = learnSessions(learnt, { trained })
        const other = learnSessions(
          shuffled.map(({ value }) => value),
          { trained },
        )
        expect(other.score(asked)).toBeCloseTo(one.score(asked), 9)
        const known = learnt[0] ?? []
        expect(other.score(known, { learnt: true })).toBeCloseTo(one.score(known, { learnt: true }), 9)
      }),
      { seed: 1, numRuns: runs(200) },
    )
  })

  it('does not depend on it either past what is sampled and compared', () => {
    const all = [...jobs(1500), ...Array.from({ length: 1500 }, (_, i) => [`a${i % 30}`, `b${i % 47}`, `c${i % 11}`])]
    const one = learnSessions(all, { trained: 'everything' })
    const other = learnSessions([...all].reverse(), { trained: 'everything' })
    for (const session of [...Object.values(odd), usual, ['a1', 'b2', 'c3'], ['a1', 'x']]) {
      expect(other.score(session)).toBeCloseTo(one.score(session), 9)
    }
  })

  it('a session seen many times is never more anomalous than one never seen', () => {
    fc.assert(
      fc.property(corpus, session, trained, session, (learnt, often, trained, never) => {
        fc.pre(!learnt.concat([often]).some((known) => known.join() === never.join()))
        const all = [...learnt, ...Array.from({ length: 10 }, () => often)]
        const sessions = learnSessions(all, { trained })
        expect(sessions.score(often)).toBeLessThanOrEqual(sessions.score(never))
        expect(sessions.score(often, { learnt: true })).toBeLessThanOrEqual(sessions.score(never))
      }),
      { seed: 1, numRuns: runs(200) },
    )
  })

  it('one unknown event more never lowers the score', () => {
    const eventOrUnknown = fc.oneof(event, fc.constantFrom('x', 'y'))
    fc.assert(
      fc.property(
        corpus,
        fc.array(eventOrUnknown, { maxLength: 12 }),
        trained,
        fc.nat(),
        (learnt, asked, trained, at) => {
          const sessions = learnSessions(learnt, { trained })
          const place = at % (asked.length + 1)
          const more = [...asked.slice(0, place), 'y', ...asked.slice(place)]
          expect(sessions.score(more)).toBeGreaterThanOrEqual(sessions.score(asked) - 1e-12)
        },
      ),
      { seed: 1, numRuns: runs(300) },
    )
  })

  it('scores are finite and in [0, 1], and facts are bounded, whatever comes', () => {
    const any = fc.array(fc.oneof(fc.string(), fc.integer(), fc.double()), { maxLength: 60 })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 10 }), any, trained, (learnt, asked, trained) => {
        const sessions = learnSessions(learnt, { trained })
        const score = sessions.score(asked)
        expect(score >= 0 && score <= 1).toBe(true)
        const facts = sessions.explain(asked)
        expect(facts.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1 + 1e-9)
        for (const fact of facts) expect(sayFact(fact)).toMatch(/\.$/)
      }),
      { seed: 1, numRuns: runs(100) },
    )
  })

  it('survives saving: the same scores, the same bytes, also when it learns on', () => {
    fc.assert(
      fc.property(corpus, corpus, session, trained, (learnt, later, asked, trained) => {
        const sessions = learnSessions(learnt, { trained })
        const restored = Sessions.load(sessions.save())
        const same = (asked: Session) => expect(restored.score(asked)).toBe(sessions.score(asked))
        same(asked)
        for (const session of later) {
          sessions.add(session)
          restored.add(session)
          same(session)
        }
        expect(restored.save()).toEqual(sessions.save())
        expect(restored.explain(asked)).toEqual(sessions.explain(asked))
      }),
      { seed: 1, numRuns: runs(50) },
    )
  })

  it('refuses what it did not save', () => {
    const state = learnSessions(jobs(20)).save()
    expect(() => Sessions.load(state.subarray(0, state.length - 9))).toThrow(StateError)
    expect(() => Sessions.load(Uint8Array.of(1, 2, 3))).toThrow(StateError)
  })
})

describe('bounds', () => {
  it('scores very long sessions', () => {
    const sessions = learnSessions(jobs(50))
    const long = Array.from({ length: runs(300_000) }, (_, i) => (i % 2 === 0 ? 'read' : 'write'))
    expect(sessions.score(long)).toBeGreaterThan(0.5)
    sessions.add(long)
    expect(sessions.score(Array.from({ length: runs(200_000) }, (_, i) => i))).toBeGreaterThan(0.5)
  })

  it('keeps few of the sessions that hold thousands of distinct events', needs(deepRun), () => {
    const sessions = new Sessions({ patterns: 16, transitions: 5000 })
    for (let i = 0; i < 60; i++) sessions.add(Array.from({ length: 6000 }, (_, at) => (at * 7 + i) % 9000))
    expect(sessions.save().length).toBeLessThan(500_000)
    expect(sessions.score([1, 2, 3])).toBeGreaterThan(0.1)
  })

  it('keeps its size on a stream of random sessions, and still knows what is common', needs(deepRun), () => {
    const random = createRandom(4)
    const sessions = new Sessions({ events: 2000, patterns: 64, transitions: 5000 })
    let most = 0
    for (let i = 0; i < 30_000; i++) {
      sessions.add(Array.from({ length: 8 }, () => random.below(5000)))
      if (i % 3 === 0) sessions.add(usual)
      if (i % 10_000 === 0) most = Math.max(most, sessions.save().length)
    }
    most = Math.max(most, sessions.save().length)
    expect(most).toBeLessThan(400_000)
    expect(sessions.score(usual)).toBeLessThan(0.1)
  })
})

const builds = sharedData('data/sessions/openstack_kalaki.csv.gz')

describe('real sessions', needs(builds), () => {
  it('finds the failed builds of virtual machines from fifty normal ones', () => {
    const [, ...rows] = gunzipSync(readFileSync(builds.path)).toString().trim().split('\n')
    const read = rows.map((row) => row.split(','))
    const events = (row: readonly string[]) => (row[3] ?? '').split(' ')
    const sessions = learnSessions(read.filter(([, , split]) => split === 'train').map(events))
    const test = read.filter(([, , split]) => split !== 'train')
    const hits = test.filter((row) => sessions.score(events(row)) >= 0.5)
    const right = hits.filter(([, label]) => label !== '0').length
    const all = test.filter(([, label]) => label !== '0').length
    expect(right / all).toBeGreaterThan(0.98)
  })
})
