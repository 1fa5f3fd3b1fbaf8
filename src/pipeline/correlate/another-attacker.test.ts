import { describe, expect, it } from 'vitest'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { alert, at, attack, entity, minute, start } from './alert.fake.ts'
import { assignIncidents } from './assign-incidents.ts'

const [x, y] = ['203.0.113.9', '198.51.100.7']
const web = [entity('host', 'web-01'), entity('service', 'sshd')]
const failures = (address: string, tries: number, begin: number, facts: Partial<Alert> = {}) =>
  attack(address, tries, begin, begin + 5, {
    entities: [entity('ip', address), entity('user', 'root'), ...web],
    stream: 'auth.log/web-01/sshd',
    ...facts,
  })
const login = {
  event_id: 'in',
  time: at(3),
  line: `Accepted password for root from ${x}`,
  role: 'the login that succeeded',
}

/** Lets alerts arrive in steps a minute apart. Returns the texts about other attackers. */
const announced = (...steps: readonly (readonly Alert[])[]): readonly string[] =>
  stepsOf(...steps).map(({ text }) => text)

const stepsOf = (...steps: readonly (readonly Alert[])[]): Incident['timeline'] => {
  const alerts = new Map<string, Alert>()
  const incidents = new Map<string, Incident>()
  for (const [i, step] of steps.entries()) {
    for (const one of step) alerts.set(one.id, one)
    const all = [...alerts.values()]
    const now = start + i * minute
    const open = [...incidents.values()]
    const changed = assignIncidents(all, open, { now, members: all, nextNumber: () => 1 })
    for (const one of changed) incidents.set(one.id, one)
  }
  expect(incidents.size).toBe(1)
  return [...incidents.values()].flatMap(({ timeline }) => timeline.filter(({ attackers }) => attackers))
}

describe('another attacker in an open incident', () => {
  const first = failures(x, 200, 0)

  it('is announced once', () => {
    const second = failures(y, 200, 6)
    const grown = { ...second, event_count: 900, last_seen: at(20) }
    expect(stepsOf([first], [second], [grown], [first, grown])).toEqual([
      {
        time: at(1),
        kind: 'change',
        text: `Another attacker: ${y} (200 failed logins from ${y})`,
        attackers: [y],
        actor: 'vedette',
      },
    ])
  })

  it('is announced when its finding becomes severe', () => {
    const [mild, severe] = [failures(y, 60, 6), failures(y, 200, 6)]
    expect(announced([first], [mild])).toEqual([])
    expect(announced([first], [mild], [severe])).toEqual([`Another attacker: ${y} (200 failed logins from ${y})`])
  })

  it('is announced with all that arrive together', () => {
    const botnet = Array.from({ length: 50 }, (_, i) => failures(`198.51.100.${i + 1}`, 200, 6))
    expect(announced([first], botnet)).toEqual([
      '50 other attackers: 198.51.100.1, 198.51.100.10, 198.51.100.11 and 47 more (200 failed logins from 198.51.100.1)',
    ])
  })

  it.each<[string, readonly Alert[], Alert]>([
    ['was there from the beginning', [first, failures(y, 60, 1)], failures(y, 200, 1)],
    ['attacks in another way', [first], failures(x, 200, 9, { id: 'again', type: 'unauthorized_access' })],
    [
      'is a machine that the first one attacked',
      [{ ...first, entities: [...first.entities, entity('ip', '10.0.0.5')] }],
      failures('10.0.0.5', 200, 6),
    ],
    [
      'belongs to a distributed attack',
      [alert('spray', 0, 9, { severity: 'high', entities: [entity('ip', x), entity('ip', y), ...web] })],
      failures(y, 200, 6),
    ],
    [
      'is the destination of an outbound connection',
      [first],
      failures(y, 200, 6, {
        type: 'malware',
        address_roles: {
          attacker: [{ ip: y, events: 3, internal: false }],
          destination: [{ ip: y, events: 3, internal: false }],
        },
      }),
    ],
    [
      'is an account that is used after the login',
      [{ ...first, evidence: [...first.evidence, login], type: 'unauthorized_access' }],
      alert('sudo', 7, 8, {
        type: 'unauthorized_access',
        severity: 'high',
        entities: [entity('user', 'backdoor'), ...web],
      }),
    ],
  ])('is not announced if it %s', (_why, before, next) => {
    expect(announced(before, [next])).toEqual([])
  })

  it('may be a user of the machine', () => {
    const misuse = (user: string, begin: number) =>
      alert(user, begin, begin + 1, {
        type: 'policy_violation',
        severity: 'high',
        title: `${user} read the payroll`,
        entities: [entity('user', user), ...web],
      })
    expect(announced([misuse('kim', 0)], [misuse('lee', 3)])).toEqual(['Another attacker: lee (lee read the payroll)'])
  })
})
