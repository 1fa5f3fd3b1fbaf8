import { describe, expect, it } from 'vitest'
import { alert, at, attack, entity, onHost } from './alert.fake.ts'
import { summarizeIncident } from './summary.ts'

const counts = { alerts: 7, events: 1_234 }
const user = entity('user', 'dana')
const host = entity('host', 'web-01')

const attackStory = [
  attack('203.0.113.9', 156, 0, 60, { entities: [entity('ip', '203.0.113.9'), user, host] }),
  attack('203.0.113.22', 28, 5, 40, { entities: [entity('ip', '203.0.113.22'), host] }),
  alert('login', 0, 61, {
    type: 'unauthorized_access',
    severity: 'critical',
    title: 'dana logged in after 156 failed logins',
    techniques: ['T1078', 'T1110'],
    entities: [user, host],
    // The alert begins with the first attempt; the login came an hour later.
    evidence: [
      { event_id: 'first', time: at(0), line: 'Failed password', role: 'the first failure' },
      { event_id: 'in', time: at(61), line: 'Accepted password', role: 'the login that succeeded' },
    ],
  }),
  alert('cron', 75, 75, { title: 'Cron job put in place: dana', techniques: ['T1053.003'], ...onHost('web-01') }),
  alert('gone', 90, 95, {
    type: 'data_exfiltration',
    severity: 'high',
    title: '33 MB went to 203.0.113.9',
    techniques: ['T1048', 'T1548.003'],
    ...onHost('web-01'),
  }),
  alert('peak', 0, 60, { title: '434 log lines in 1 hour, usually 0–3', ...onHost('web-01') }),
  alert('new', 91, 91, { severity: 'info', title: 'New message from cron', ...onHost('web-01') }),
]

describe('the summary of an incident', () => {
  it('counts no more addresses than the alerts list', () => {
    const spray = (count: number) =>
      alert('spray', 0, 60, {
        title: '640 failed logins from 320 addresses',
        entities: Array.from({ length: count }, (_, index) => ({ type: 'ip' as const, value: `203.0.113.${index}` })),
      })
    const totalOf = (count: number) =>
      summarizeIncident([spray(count), ...attackStory], counts)
        .split(', from ')
        .at(-1)
    // The other alerts list two.
    expect(totalOf(7)).toBe('9 addresses.')
    expect(totalOf(8)).toBe('at least 10 addresses.')
  })

  it('counts the attackers that an alert lists apart from its entities', () => {
    const attacker = Array.from({ length: 21 }, (_, index) => ({
      ip: `198.51.100.${index}`,
      events: 1,
      internal: false,
    }))
    const spray = alert('spray', 0, 60, { address_roles: { attacker } })
    expect(summarizeIncident([spray, ...attackStory], counts)).toMatch(/, from at least 23 addresses\.$/)
  })

  it('lists the stages of an attack in order, each by its most severe alert', () => {
    expect(summarizeIncident(attackStory, counts)).toBe(
      [
        '1 h on web-01, 2024-12-10 06:00 to 07:35 UTC.',
        'Password guessing: 156 failed logins from 203.0.113.9, and 1 more alert.',
        'At the same time: 434 log lines in 1 hour, usually 0–3.',
        '1 h later, initial access: dana logged in after 156 failed logins.',
        '14 min later, persistence: Cron job put in place: dana.',
        '15 min later, exfiltration: 33 MB went to 203.0.113.9.',
        'In the same period, 1 other unusual event: New message from cron.',
        'In total 7 alerts with 1,234 lines, from 2 addresses.',
      ].join(' '),
    )
  })

  it('lists a few alerts without a stage in order', () => {
    const alerts = [
      alert('errors', 9, 14, { title: '25 errors from nginx', ...onHost('web-01') }),
      alert('killed', 2, 2, { title: 'Kernel kills a process', techniques: ['T1499'], ...onHost('web-01') }),
    ]
    expect(summarizeIncident(alerts, { alerts: 2, events: 26 })).toBe(
      '12 min on web-01, 2024-12-10 06:02 to 06:14 UTC. Kernel kills a process. 7 min later: 25 errors from nginx. In total 2 alerts with 26 lines.',
    )
  })

  it('is the sentence of a single alert', () => {
    const only = alert('one', 0, 1)
    expect(summarizeIncident([only], { alerts: 1, events: 10 })).toBe(only.sentence)
  })

  it('names the days if there are several, and no host if there are several', () => {
    const alerts = [alert('a', 0, 1, onHost('a')), alert('b', 60 * 48, 60 * 48 + 1, onHost('b'))]
    expect(summarizeIncident(alerts, counts)).toContain('2 days on 2 hosts, 2024-12-10 06:00 to 2024-12-12 06:01 UTC.')
  })

  it('counts logs that name no host as logs, not as hosts', () => {
    const alerts = [
      alert('a', 0, 1, { source: 'error.log' }),
      alert('b', 2, 3, { source: 'access.log' }),
      alert('c', 4, 5, onHost('web-01')),
    ]
    expect(summarizeIncident(alerts.slice(0, 2), counts)).toContain('on 2 logs, 2024-12-10 06:00')
    expect(summarizeIncident(alerts, counts)).toContain('on web-01 and 2 logs, 2024-12-10 06:00')
  })
})
