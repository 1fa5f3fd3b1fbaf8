import { createRandom } from '../src/lib/random/random.ts'
import { learnSessions, type Sessions } from '../src/lib/sessions/sessions.ts'
import { median } from './median.ts'

// Sessions per second, learned and scored, against looking up the same ids in a Map and hashing them, the minimum work of any model that
// reads event ids. Half of the scored sessions have new counts.
const total = 100_000
const rounds = 3

const timed = (work: () => void) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

/** Jobs of 40 kinds with optional steps and loops, a few dozen events each, and occasionally one of 10,000 rare events. */
const makeSessions = (count: number, seed: number): string[][] => {
  const random = createRandom(seed)
  const kinds = Array.from({ length: 40 }, (_, kind) =>
    Array.from({ length: 8 + random.below(8) }, (_, step) => ({
      event: `k${kind}-s${step}`,
      optional: random.below(5) === 0,
      loops: random.below(5) === 0,
    })),
  )
  return Array.from({ length: count }, () => {
    const events: string[] = []
    for (const { event, optional, loops } of kinds[random.below(40)] ?? []) {
      if (optional && random.below(2) === 0) continue
      for (let i = loops ? 1 + random.below(4) : 1; i > 0; i--) events.push(event)
    }
    if (random.below(10) === 0) events.push(`rare-${random.below(10_000)}`)
    return events
  })
}

const learnt = makeSessions(total, 1)
const asked = makeSessions(total, 2)
const ids = new Map<string, number>()
for (const session of learnt) for (const event of session) if (!ids.has(event)) ids.set(event, ids.size)
let sink = 0
const limit = () => {
  for (const session of asked) {
    let hash = 0x811c9dc5
    for (const event of session) hash = Math.imul(hash ^ (ids.get(event) ?? 0), 0x01000193)
    sink ^= hash
  }
}

const took = { limit: [] as number[], learn: [] as number[], first: [] as number[], again: [] as number[] }
let sessions: Sessions = learnSessions([])
for (let round = 0; round < rounds; round++) {
  took.limit.push(timed(limit))
  took.learn.push(
    timed(() => {
      sessions = learnSessions(learnt)
      sink += sessions.score(['k0-s0'])
    }),
  )
  for (const pass of ['first', 'again'] as const) {
    took[pass].push(
      timed(() => {
        for (const session of asked) sink += sessions.score(session)
      }),
    )
  }
}
const explained = timed(() => {
  for (const session of asked.slice(0, 1000)) sink += sessions.explain(session).length
})
for (const [what, seconds] of Object.entries(took)) {
  console.log(
    JSON.stringify({
      bench: 'sessions',
      what,
      sessions_per_second: Math.round(total / median(seconds)),
      share_of_hashing_ids: Number((median(took.limit) / median(seconds)).toFixed(3)),
    }),
  )
}
console.log(
  JSON.stringify({
    bench: 'sessions',
    what: 'state',
    events_a_session: Number((asked.reduce((sum, session) => sum + session.length, 0) / total).toFixed(1)),
    explain_us: Math.round((explained / 1000) * 1e6),
    state_bytes: sessions.save().length,
    checksum: sink === 0 ? 0 : 1,
  }),
)
