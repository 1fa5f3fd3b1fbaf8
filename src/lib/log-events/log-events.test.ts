import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { followCourse } from './course.ts'
import { type LogEvent, readLogEvent } from './log-event.ts'
import { LogModel } from './log-events.ts'

const event = (
  time: string,
  user: string,
  address: string,
  type: string,
  action: string,
  message: string,
): LogEvent => {
  const read = readLogEvent({ timestamp: time, user, source_ip: address, event_type: type, action, message })
  if (!read) throw new Error(`no time in ${time}`)
  return read
}

/** A day of an office, and an attack on it: twelve failures of one account, a password file read at night. */
const attack = [
  ...Array.from({ length: 12 }, (_, i) =>
    event(
      `2026-01-08T10:00:${String(i * 5).padStart(2, '0')}Z`,
      'admin',
      '10.0.0.100',
      'login',
      'failed',
      'Failed login',
    ),
  ),
  event('2026-01-08T02:00:00Z', 'root', '10.0.0.101', 'file_access', 'success', 'Read /etc/shadow'),
  event('2026-01-08T02:05:00Z', 'unknown', '10.0.0.102', 'sudo', 'success', 'Ran a command with sudo'),
  event('2026-01-08T03:00:00Z', 'alice', '192.168.1.10', 'file_access', 'success', 'Opened /home/alice/notes'),
  event('2026-01-08T14:30:00Z', 'alice', '192.168.1.10', 'login', 'success', 'Logged in'),
  event('2026-01-08T14:35:00Z', 'bob', '192.168.1.11', 'login', 'success', 'Logged in'),
  event('2026-01-08T15:00:00Z', 'carol', '192.168.1.12', 'logout', 'success', 'Logged out'),
]
const quiet = Array.from({ length: 60 }, (_, i) =>
  event(
    `2026-01-0${1 + (i % 5)}T${String(9 + (i % 8)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00Z`,
    ['alice', 'bob', 'carol'][i % 3] ?? '',
    `192.168.1.1${i % 3}`,
    ['login', 'file_access', 'logout'][i % 3] ?? '',
    'success',
    'As always',
  ),
)
const learnt = (events: readonly LogEvent[], contamination = 0.01) =>
  LogModel.fit(events, { contamination, trainedAt: 0 })

describe('a model of log events', () => {
  it('finds the attack in the order in which it grows, and nothing else', () => {
    const found = LogModel.fit(attack, { contamination: 0.5, baselineDays: 1, trainedAt: 0 })
      .judge(attack)
      .filter(({ isAnomaly }) => isAnomaly)
    expect(found.map((one) => [one.event.timestamp.slice(11, 19), one.threatType, one.severity])).toEqual([
      ['02:00:00', 'data_exfiltration', 'low'],
      ['10:00:20', 'brute_force', 'low'],
      ['10:00:25', 'brute_force', 'low'],
      ['10:00:30', 'brute_force', 'medium'],
      ['10:00:35', 'brute_force', 'medium'],
      ['10:00:40', 'brute_force', 'high'],
      ['10:00:45', 'brute_force', 'high'],
      ['10:00:50', 'brute_force', 'high'],
      ['10:00:55', 'brute_force', 'high'],
    ])
    const failures = found.slice(1).map(({ score }) => score)
    expect(failures).toEqual(failures.toSorted((a, b) => a - b))
    expect(found[0]?.score).toBeGreaterThan(failures[0] ?? 1)
    expect(found[0]?.score).toBeLessThan(failures[1] ?? 0)
  })

  it('scores one event alone, and finds nothing in a quiet day', () => {
    const model = learnt(quiet)
    const [shadow] = model.judge(attack.filter(({ user }) => user === 'root'))
    expect(shadow).toMatchObject({ isAnomaly: true, threatType: 'data_exfiltration' })
    expect(model.judge(quiet).filter(({ isAnomaly }) => isAnomaly)).toEqual([])
  })

  it('gives an event the same score whatever else is scored with it', () => {
    const model = learnt(quiet)
    const alone = attack.map((one) => model.judge([one])[0]?.score)
    for (const [index, one] of attack.entries()) {
      const others = quiet.filter(({ user }) => user !== one.user)
      const among = model.judge([...others, one]).find(({ event: judged }) => judged === one)
      expect(among?.score).toBe(alone[index])
    }
  })

  it('is the same after it was saved', () => {
    const model = learnt([...quiet, ...attack])
    const again = LogModel.load(model.save())
    expect(again.judge(attack)).toEqual(model.judge(attack))
    expect(again.featureNames).toEqual(model.featureNames)
  })

  it('keeps scores within 0 and 1, whatever the events say', () => {
    const model = learnt(quiet)
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.constantFrom('user', 'action', 'msg', 'type', 'ip'), fc.string())),
        (entries) => {
          const events = entries.flatMap((entry, i) => readLogEvent({ ...entry, time: 1_700_000_000 + i }) ?? [])
          expect(events).toHaveLength(entries.length)
          for (const { score } of model.judge(events)) expect(score >= 0 && score <= 1).toBe(true)
        },
      ),
    )
  })
})

describe('the course of a user', () => {
  it('counts within each window, and forgets what lies before it', () => {
    const follow = followCourse([60, 3600])
    const counts = [0, 30, 90, 4000].map((seconds) => {
      const time = new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString()
      return follow(event(time, 'ana', '10.0.0.1', 'login', 'failed', 'no')).counts
    })
    expect(counts).toEqual([
      [1, 1],
      [2, 2],
      [2, 3],
      [1, 1],
    ])
  })
})

describe('reading an entry', () => {
  it('takes the first of the names a field may have', () => {
    expect(
      readLogEvent({
        '@timestamp': '2026-01-08 10:00:00',
        username: 'Ana',
        src_ip: '1.2.3.4',
        result: 'FAILED',
        msg: 'x',
      }),
    ).toEqual({
      timestamp: '2026-01-08 10:00:00',
      time: Date.UTC(2026, 0, 8, 10),
      user: 'ana',
      source_ip: '1.2.3.4',
      dest_ip: 'unknown',
      event_type: 'general',
      action: 'failed',
      message: 'x',
      severity: 'info',
    })
    expect(readLogEvent({ time: 'yesterday', user: 'ana' })).toBeUndefined()
  })
})
