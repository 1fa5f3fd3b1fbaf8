import { describe, expect, it } from 'vitest'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { alert, at, attack, entity, start } from './alert.fake.ts'
import { assignIncidents } from './assign-incidents.ts'

const run = (alerts: readonly Alert[], open: readonly Incident[] = [], members: readonly Alert[] = []) =>
  assignIncidents(alerts, open, { now: start, members, nextNumber: () => open.length + 1 })

const [x, y] = ['203.0.113.9', '198.51.100.7']
const failures = (address: string, host: string, begin: number, facts: Partial<Alert> = {}) =>
  attack(address, 60, begin, begin + 5, {
    id: `${address} ${host} ${begin}`,
    entities: [entity('ip', address), entity('user', 'root'), entity('host', host), entity('service', 'sshd')],
    stream: `auth.log/${host}/sshd`,
    ...facts,
  })

const homeOf = ({ id }: Alert, incidents: readonly Incident[]) =>
  incidents.find(({ members }) => members.some(({ alert_id }) => alert_id === id))

const first = failures(x, 'web-01', 0)
const [opened] = run([first])
if (!opened) throw new Error('no incident')
const over = { ...opened, updated_at: at(-60) }
const suppressed = { ...first, status: 'suppressed' as const, suppression_id: 's1' }
const dismissed = { ...first, status: 'false_positive' as const, resolution: 'false_positive' as const }

const endings: readonly (readonly [string, Incident, Alert])[] = [
  ['a suppression closed', { ...over, status: 'closed', resolution: 'expected', suppression_id: 's1' }, suppressed],
  ['people closed as a false positive', { ...over, status: 'closed', resolution: 'false_positive' }, dismissed],
  ['people resolved', { ...over, status: 'resolved' }, { ...first, status: 'resolved' }],
  ['has only dismissed alerts', over, dismissed],
]

describe.each(endings)('an incident that %s', (_name, before, member) => {
  it.each([
    ['on another host', failures(y, 'db-02', 6)],
    ['on the same host', failures(y, 'web-01', 6)],
    [
      'on another host, against the same user',
      failures(y, 'db-02', 6, { entities: [entity('ip', y), entity('user', 'dana'), entity('host', 'db-02')] }),
    ],
    [
      'on the same destination address',
      failures(y, 'web-01', 6, {
        entities: [entity('ip', y), entity('ip', '10.0.0.5'), entity('host', 'web-01')],
        address_roles: {
          attacker: [{ ip: y, events: 60, internal: false }],
          destination: [{ ip: '10.0.0.5', events: 60, internal: true }],
        },
      }),
    ],
    [
      'that a file hash names',
      alert('malware', 6, 7, { type: 'malware', entities: [entity('hash', 'b1'), entity('host', 'web-01')] }),
    ],
  ])('leaves a new attacker %s to another incident', (_where, other) => {
    const known = {
      ...member,
      entities: [...member.entities, entity('user', 'dana'), entity('ip', '10.0.0.5'), entity('hash', 'a1')],
    }
    const home = homeOf(other, run([other], [before], [known]))
    expect(home).toMatchObject({ status: 'open', members: [{ alert_id: other.id }] })
    expect(home?.title).not.toContain(x)
  })

  it('does not reach a new attacker through an alert that shares something with both', () => {
    const both = failures(x, 'db-02', 6)
    const other = failures(y, 'db-02', 7)
    const home = homeOf(other, run([both, other], [before], [member]))
    expect(home?.status).toBe('open')
    expect(home?.id).not.toBe(before.id)
  })

  it('does not accept an alert without an attacker on another host', () => {
    const other = failures('nobody', 'db-02', 6, { entities: [entity('host', 'db-02'), entity('service', 'sshd')] })
    const home = homeOf(other, run([other], [before], [member]))
    expect(home?.members.map(({ alert_id }) => alert_id)).toEqual([other.id])
  })

  it('sends a message about the same attacker on another host', () => {
    const other = failures(x, 'db-02', 6)
    const home = homeOf(other, run([other], [before], [member]))
    expect(home?.status).toBe('open')
    // Opening and reopening notify receivers, and the timeline says why.
    if (before.status === 'open') return expect(home?.id).not.toBe(before.id)
    expect(home?.id).toBe(before.id)
    expect(home?.timeline.find(({ kind }) => kind === 'change')?.text).toMatch(
      /^Reopened 1 h after it was (closed|resolved): .*\(same address 203\.0\.113\.9, /,
    )
  })
})

describe('an open incident', () => {
  it('still accepts another attacker on the same service', () => {
    const [grown] = run([failures(y, 'web-01', 6)], [opened], [first])
    expect(grown).toMatchObject({ id: opened.id, alert_count: 2 })
  })
})
