import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deepRun, runs } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { type Alert, openAlertStatuses } from '../../schema/alert/alert.ts'
import { alertTypes, type Entity } from '../../schema/detection/detection.ts'
import { type Incident, incident as incidentSchema } from '../../schema/incident/incident.ts'
import { severities } from '../../schema/severity.ts'
import { alert, at, attack, entity, minute, onHost, start } from './alert.fake.ts'
import { assignIncidents } from './assign-incidents.ts'
import { createCorrelate } from './correlate.ts'

const run = (alerts: readonly Alert[], open: readonly Incident[] = [], members: readonly Alert[] = []) => {
  let number = 0
  return assignIncidents(alerts, open, {
    now: start,
    members,
    nextNumber: () => {
      number += 1
      return number
    },
  })
}
const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => make(i))
const partition = (incidents: readonly Incident[]) =>
  incidents.map(({ members }) => members.map(({ alert_id }) => alert_id).sort()).sort()

describe('which alerts belong together', () => {
  it('shows informational alerts in incidents, and opens none for them', () => {
    const run1 = alert('run', 0, 5, { ...onHost('web-01'), severity: 'info', detectors: ['baseline'] })
    const fresh = alert('new', 1, 2, { ...onHost('web-01'), severity: 'low', detectors: ['template'] })
    expect(run([run1, fresh])).toEqual([])
    expect(run([{ ...run1, severity: 'low' }, fresh])).toHaveLength(1)
    // Messages of a start confirm a silence before it.
    const silent = alert('silent', 0, 1, { ...onHost('web-01'), severity: 'low', detectors: ['baseline'] })
    expect(run([silent, { ...fresh, severity: 'info' }])).toHaveLength(1)
    const [incident] = run([run1, fresh, alert('fault', 3, 3, { ...onHost('web-01'), severity: 'medium' })])
    expect(incident?.members.map(({ alert_id }) => alert_id).sort()).toEqual(['fault', 'new', 'run'])
  })

  it('keeps attackers apart that guess the same names on different hosts', () => {
    const names = ['oracle', 'support', 'scan'].map((name) => entity('user', name))
    const on = (host: string, address: string) => ({
      stream: `auth.log/${host}/app`,
      entities: [entity('ip', address), ...names, entity('host', host)],
    })
    const one = attack('203.0.113.1', 29, 0, 5, on('web-01', '203.0.113.1'))
    const another = attack('203.0.113.2', 26, 1, 6, on('nas-01', '203.0.113.2'))
    expect(run([one, another])).toHaveLength(2)
    // An attack on one account from several addresses is one, and so is the same attacker elsewhere.
    const target = (host: string, address: string) => ({
      stream: `auth.log/${host}/app`,
      entities: [entity('ip', address), entity('user', 'dana'), entity('host', host)],
    })
    const first = attack('203.0.113.1', 29, 0, 5, target('web-01', '203.0.113.1'))
    expect(run([first, attack('203.0.113.2', 26, 1, 6, target('nas-01', '203.0.113.2'))])).toHaveLength(1)
    expect(run([one, attack('203.0.113.1', 26, 1, 6, { ...on('nas-01', '203.0.113.1'), id: 'again' })])).toHaveLength(1)
  })

  it('groups an attack from many addresses on one service into one incident', () => {
    const addresses = Array.from({ length: 22 }, (_, i) => attack(`203.0.113.${i + 1}`, 12, i * 10, i * 10 + 5))
    const guest = alert('guest', 152, 152, {
      type: 'unauthorized_access',
      title: 'fztu logged in from 119.137.62.142 during an attack',
      stream: 'auth.log/LabSZ/sshd',
      entities: [
        entity('ip', '119.137.62.142'),
        entity('user', 'fztu'),
        entity('host', 'LabSZ'),
        entity('service', 'sshd'),
      ],
      evidence: [
        { event_id: 'login', time: at(152), line: 'Accepted password for fztu', role: 'the only login that succeeded' },
      ],
    })
    const flood = attack('183.62.140.253', 286, 180, 240)
    const before = guest.evidence.map((item) => ({ ...item, role: 'the last login that succeeded before' }))
    const [incident, ...others] = run([...addresses, { ...flood, evidence: [...flood.evidence, ...before] }, guest])
    expect(others).toEqual([])
    expect(incidentSchema.parse(incident)).toMatchObject({
      display_id: 'INC-1',
      severity: 'high',
      title:
        'SSH brute force on LabSZ: 286 failed logins from 183.62.140.253 and 22 other addresses; fztu logged in from 119.137.62.142 during an attack',
      alert_count: 24,
      techniques: ['T1110.001'],
    })
    expect(incident?.evidence.find(({ event_id }) => event_id === 'login')?.role).toBe('the only login that succeeded')
    expect(incident?.evidence.length).toBeLessThanOrEqual(20)
    expect(incident?.entities[0]).toEqual(entity('ip', '183.62.140.253'))
    expect(incident?.timeline.map(({ time }) => time)).toEqual(incident?.timeline.map(({ time }) => time).sort())
    expect(incident?.members[1]?.reason).toBe('same service sshd on LabSZ, 5 min later')
  })

  it('does not join alerts of two hosts by the name of a service', () => {
    const on = (host: string, id: string) =>
      alert(id, 0, 2, { entities: [entity('host', host), entity('service', 'systemd')], stream: `syslog/${host}` })
    expect(partition(run([on('web-01', 'a'), on('db-02', 'b')]))).toEqual([['a'], ['b']])
  })

  it('counts no further addresses if the lead alert covers many', () => {
    const many = attack('203.0.113.1', 300, 0, 5, {
      id: 'many',
      title: '300 failed logins from 12 addresses that tried a few times each',
      entities: [
        ...times(10, (i) => entity('ip', `203.0.113.${i + 1}`)),
        entity('host', 'LabSZ'),
        entity('service', 'sshd'),
      ],
    })
    const [incident] = run([many, ...times(12, (i) => attack(`203.0.113.${i + 1}`, 30, 6, 10))])
    expect(incident?.title).toBe(
      'SSH brute force on LabSZ: 300 failed logins from 12 addresses that tried a few times each',
    )
  })

  it('escalates when an attack and a login confirm each other', () => {
    const breakIn = attack('203.0.113.9', 40, 0, 12, {
      id: 'break-in',
      type: 'unauthorized_access',
      severity: 'high',
      title: 'dana logged in from 203.0.113.9 after 40 failed logins',
      evidence: [{ event_id: 'in', time: at(12), line: 'Accepted password', role: 'the login that succeeded' }],
    })
    const [incident] = run([attack('203.0.113.9', 40, 0, 10), breakIn])
    expect(incident?.severity).toBe('critical')
    expect(incident?.title).toBe(
      'SSH brute force on LabSZ that ended in a login: dana logged in from 203.0.113.9 after 40 failed logins',
    )
  })

  it.each([
    ['a shared address, four minutes later', { ip: '203.0.113.9' }, 4, 1],
    ['a shared address, two hours later, for unrelated things', { ip: '203.0.113.9' }, 120, 2],
    ['a shared user of their own', { user: 'dana' }, 30, 1],
    ['a user that every machine has', { user: 'root' }, 30, 2],
    ['a host alone, in half an hour', { host: 'web-01' }, 20, 1],
    ['a host alone, later', { host: 'web-01' }, 45, 2],
    ['a service on a host, within the hour', { host: 'web-01', service: 'nginx' }, 45, 1],
    ['a service alone', { service: 'nginx' }, 45, 2],
    ['nothing', {}, 0, 2],
  ] as const)('%s', (_name, shared, gap, count) => {
    const entities = Object.entries(shared).map(([type, value]) => entity(type as Entity['type'], value))
    const own = (id: string) => ('host' in shared ? [] : [entity('host', id)])
    const related = gap !== 120 ? {} : { type: 'brute_force' as const }
    const a = alert('a', 0, 10, { entities: [...entities, ...own('a')], ...related })
    const b = alert('b', 10 + gap, 20 + gap, { entities: [...entities, ...own('b')] })
    expect(run([a, b])).toHaveLength(count)
  })

  it('joins steps of an attack by any host that both reached, and not guesses', () => {
    const step = (id: string, begin: number, hosts: readonly string[], type: Alert['type']) =>
      alert(id, begin, begin + 4, { type, detectors: ['sigma'], entities: hosts.map((name) => entity('host', name)) })
    const kinds = (type: Alert['type']) =>
      run([step('a', 0, ['ws-1', 'ws-2', 'ws-3'], type), step('b', 10, ['ws-3'], type)])
    expect(kinds('unauthorized_access')).toHaveLength(1)
    expect(kinds('brute_force')).toHaveLength(2)
    expect(kinds('anomaly')).toHaveLength(2)
  })

  it('separates external alerts that share nothing but their source', () => {
    const foreign = (id: string, entities: readonly Entity[]) =>
      alert(id, 0, 0, {
        type: 'malware',
        title: `Malware (${id})`,
        source: 'alerts',
        stream: 'alerts',
        entities: [...entities],
        observed: { external_id: id },
      })
    const [web, mail, db] = [
      foreign('web', [entity('asset', 'web-01')]),
      foreign('mail', [entity('asset', 'mail-01')]),
      foreign('db', [entity('asset', 'web-01'), entity('ip', '203.0.113.9')]),
    ]
    const incidents = run([web, mail, db])
    expect(partition(incidents)).toEqual([['db', 'web'], ['mail']])
    expect(incidents.map(({ title }) => title).join()).not.toContain('on alerts')
  })

  it('lets minor alerts join, but not open an incident or bridge two', () => {
    const low = { severity: 'low' as const, ...onHost('web-01') }
    expect(run([alert('low', 0, 5, low)])).toEqual([])
    const severe = (id: string, begin: number) => alert(id, begin, begin + 5, onHost('web-01'))
    const incidents = run([severe('a', 0), alert('low', 30, 31, low), severe('b', 56)])
    expect(partition(incidents)).toEqual([['a', 'low'], ['b']])
  })

  it('opens an incident when different detectors agree on minor alerts', () => {
    const low = (id: string, detector: string, learning = false) =>
      alert(id, 0, 5, { severity: 'low', detectors: [detector], learning, ...onHost('web-01') })
    expect(run([low('a', 'baseline'), low('b', 'baseline')])).toEqual([])
    expect(run([low('a', 'baseline', true), low('b', 'template', true)])).toEqual([])
    expect(run([low('a', 'baseline'), low('b', 'template', true)])).toHaveLength(1)
  })

  it('does not let one incident absorb everything', needs(deepRun), () => {
    const chain = Array.from({ length: 200 }, (_, i) => alert(`a${i}`, i * 60, i * 60 + 30, onHost('web-01')))
    for (const { first_seen, last_seen } of run(chain)) {
      expect(Date.parse(last_seen) - Date.parse(first_seen)).toBeLessThanOrEqual(72 * 60 * minute)
    }
    const storm = Array.from({ length: 1200 }, (_, i) => alert(`s${i}`, i / 100, i / 100, onHost('web-01')))
    expect(Math.max(...run(storm).map(({ alert_count }) => alert_count))).toBeLessThanOrEqual(500)
  })
})

describe('a finding about operations', () => {
  const found = (id: string, begin: number, facts: Partial<Alert> = {}) =>
    alert(id, begin, begin + 5, {
      ...onHost('web-01'),
      type: 'other',
      severity: 'high',
      detectors: ['sigma'],
      stream: 'app.log/web-01',
      dedup_key: 'certificate expired',
      ...facts,
    })
  const day = 24 * 60

  it('joins its incident again days later', () => {
    const days = [0, 2, 5, 11]
    const [incident, ...others] = run(days.map((n) => found(`d${n}`, n * day)))
    expect(others).toEqual([])
    expect(incident?.members[3]?.reason).toBe('the same finding again, 5 days later')
  })

  it('is another incident elsewhere, after longer than a week, and as an attack', () => {
    const first = found('a', 0)
    for (const other of [
      found('b', 2 * day, { stream: 'app.log/web-02', ...onHost('web-02') }),
      found('b', 2 * day, { dedup_key: 'disk full' }),
      found('b', 8 * day),
      found('b', 2 * day, { type: 'malware' }),
    ])
      expect(partition(run([first, other]))).toEqual([['a'], ['b']])
  })
})

describe('an incident', () => {
  const first = alert('a', 0, 10, onHost('web-01'))
  const [opened] = run([first])
  if (!opened) throw new Error('no incident')

  it('grows with its alerts, and explains why each belongs', () => {
    const later = alert('b', 25, 26, { ...onHost('web-01'), severity: 'low' })
    const [grown] = run([later], [opened], [first])
    expect(grown).toMatchObject({ id: opened.id, version: 2, alert_count: 2, event_count: 20 })
    expect(grown?.members.map(({ reason }) => reason)).toEqual([
      'first alert of this incident',
      'same host web-01, 15 min later',
    ])
    expect(grown && run([later], [grown], [first])).toEqual([])
  })

  it("keeps people's decisions", () => {
    const step = { time: at(5), kind: 'change' as const, text: 'dana: acknowledged it', actor: 'dana' }
    const handled: Incident = {
      ...opened,
      status: 'investigating',
      assignee: 'dana',
      timeline: [...opened.timeline, step],
    }
    const [grown] = run([alert('b', 20, 21, onHost('web-01'))], [handled], [first])
    expect(grown).toMatchObject({ status: 'investigating', assignee: 'dana' })
    expect(grown?.timeline.map(({ text }) => text)).toEqual([
      'Something unusual (a)',
      step.text,
      'Something unusual (b)',
    ])
  })

  it('is reopened by a severe alert, and says so', () => {
    const over: Incident = { ...opened, status: 'closed', resolution: 'expected', updated_at: at(-120) }
    const closed = { ...first, status: 'resolved' as const }
    const again = alert('b', 20, 21, onHost('web-01'))
    const [reopened] = run([again], [over], [closed])
    expect(reopened).toMatchObject({ id: opened.id, status: 'open', resolution: null })
    expect(reopened?.timeline.find(({ kind }) => kind === 'change')?.text).toBe(
      'Reopened 2 h after it was closed: Something unusual (b) (same host web-01, 10 min later)',
    )
    expect(run([{ ...again, severity: 'low' }], [over], [closed])).toEqual([])
    expect(run([again], [{ ...over, merged_into: 'x' }], [closed]).map(({ id }) => id)).not.toContain(opened.id)
  })
})

const someAlerts = fc
  .uniqueArray(
    fc.record({
      number: fc.nat(60),
      begin: fc.nat(600),
      length: fc.nat(40),
      type: fc.constantFrom(...alertTypes),
      severity: fc.constantFrom(...severities),
      detector: fc.constantFrom('baseline', 'template', 'sequence'),
      host: fc.constantFrom('web-01', 'web-02', 'db-01'),
      address: fc.option(fc.constantFrom('203.0.113.1', '203.0.113.2'), { nil: undefined }),
      learning: fc.boolean(),
    }),
    { selector: ({ number }) => number, maxLength: 30 },
  )
  .map((facts) =>
    facts.map(({ number, begin, length, type, severity, detector, host, address, learning }) =>
      alert(`a${number}`, begin, begin + length, {
        type,
        severity,
        detectors: [detector],
        learning,
        entities: [entity('host', host), ...(address ? [entity('ip', address)] : [])],
      }),
    ),
  )

describe('the properties of correlation', () => {
  it('is independent of order, idempotent, and puts each alert in one incident at most', () => {
    fc.assert(
      fc.property(someAlerts, fc.nat(), (alerts, turn) => {
        const cut = alerts.length === 0 ? 0 : turn % alerts.length
        const incidents = run(alerts)
        expect(run([...alerts.slice(cut), ...alerts.slice(0, cut)].reverse())).toEqual(incidents)
        expect(run(alerts, incidents, alerts)).toEqual([])
        const members = partition(incidents).flat()
        expect(new Set(members).size).toBe(members.length)
        const severe = alerts.filter(({ severity }) => !['info', 'low'].includes(severity))
        for (const { id } of severe) expect(members).toContain(id)
        for (const incident of incidents) {
          expect(incident.evidence.length).toBeGreaterThan(0)
          for (const { reason } of incident.members) expect(reason).not.toBe('added by a person')
        }
      }),
      { numRuns: runs(300) },
    )
  })

  it('keeps every alert in one incident at most when alerts come in parts', () => {
    fc.assert(
      fc.property(someAlerts, fc.nat(), (alerts, turn) => {
        const cut = alerts.length === 0 ? 0 : turn % alerts.length
        const early = run(alerts.slice(0, cut))
        const changed = run(alerts, early, alerts)
        const all = new Map([...early, ...changed].map((incident) => [incident.id, incident]))
        const members = partition([...all.values()]).flat()
        expect(new Set(members).size).toBe(members.length)
      }),
    )
  })
})

describe('the correlate stage', () => {
  /** `wide`: loads every open incident for each delivery. */
  const deps = ({ wide = false } = {}) => {
    const alerts = new Map<string, Alert>()
    const incidents = new Map<string, Incident>()
    let number = 0
    let loaded = 0
    const put =
      <Item extends { id: string }>(rows: Map<string, Item>) =>
      async (items: readonly Item[]) => {
        for (const item of items) rows.set(item.id, item)
      }
    const openSince = (time: number) => {
      const found = [...incidents.values()].filter(
        ({ status, last_seen }) => status === 'open' && (wide || Date.parse(last_seen) >= time),
      )
      loaded += found.length
      return found
    }
    const stage = createCorrelate<string>(
      {
        load: async (ids) => ids.flatMap((id) => alerts.get(id) ?? []),
        loose: async ({ from, to }) =>
          [...alerts.values()].filter(
            ({ status, incident_id, first_seen, last_seen }) =>
              openAlertStatuses.some((open) => open === status) &&
              incident_id === null &&
              Date.parse(last_seen) >= from &&
              Date.parse(first_seen) <= to,
          ),
        save: put(alerts),
      },
      {
        load: async (ids) => ids.flatMap((id) => incidents.get(id) ?? []),
        findOpen: async (time) => openSince(time),
        findOpenWith: async (keys, time) => {
          const found = [...incidents.values()].filter(({ status, members }) =>
            members.some(({ alert_id }) => status === 'open' && keys.includes(alerts.get(alert_id)?.dedup_key ?? '')),
          )
          return found.filter(({ last_seen }) => Date.parse(last_seen) >= time)
        },
        list: async ({ status, matches }) => ({
          items: [...incidents.values()].filter((item) => status.includes(item.status) && matches(item)),
        }),
        save: put(incidents),
        nextNumber: async (_tx, count) => {
          number += count
          return number - count + 1
        },
      },
      { now: () => start },
    )
    const delivery = { id: 'job', attempt: 1, signal: new AbortController().signal, transaction: async () => 'tx' }
    return { alerts, incidents, run: (items: readonly Alert[]) => stage(items, delivery), loaded: () => loaded }
  }

  it('numbers the incidents that one delivery opens, and continues in the next', async () => {
    const { alerts, run } = deps()
    const numbers = async (...ids: readonly string[]) => {
      const items = ids.map((id, index) => alert(id, 1_000 * index, 1_000 * index + 1, onHost(id)))
      for (const item of items) alerts.set(item.id, item)
      return (await run(items)).map(({ display_id }) => display_id)
    }
    expect(await numbers('a', 'b')).toEqual(['INC-1', 'INC-2'])
    expect(await numbers('c')).toEqual(['INC-3'])
  })

  it('stores incidents with their alerts, and changes nothing on redelivery', async () => {
    const { alerts, incidents, run } = deps()
    const first = alert('a', 0, 5, { ...onHost('web-01'), status: 'new' })
    const low = alert('low', 10, 11, { ...onHost('web-01'), severity: 'low' })
    alerts.set('a', first).set('low', low)
    const [opened] = await run([first])
    expect(opened).toMatchObject({ display_id: 'INC-1', alert_count: 2 })
    expect([...alerts.values()].map(({ incident_id, version }) => [incident_id, version])).toEqual([
      [opened?.id, 2],
      [opened?.id, 2],
    ])
    expect(await run([first])).toEqual([])
    expect([...alerts.values()].map(({ version }) => version)).toEqual([2, 2])
    expect(incidents.size).toBe(1)
  })

  it('keeps a decision about an alert that was made during triage', async () => {
    const { alerts, run } = deps()
    alerts.set('a', alert('a', 0, 5, { status: 'resolved', resolution: 'expected', version: 4 }))
    expect(await run([alert('a', 0, 5, { status: 'new' })])).toEqual([])
    expect(alerts.get('a')).toMatchObject({ status: 'resolved', version: 4 })
  })

  it('joins a recurring finding to its open incident of the last week without loading the others', async () => {
    const { alerts, run, loaded } = deps()
    const fault = (id: string, begin: number) =>
      alert(id, begin, begin + 5, {
        ...{ ...onHost('nas-01'), type: 'other', detectors: ['sigma'], dedup_key: 'disk', stream: 'nas-01/kernel' },
      })
    const deliver = async (item: Alert) => {
      alerts.set(item.id, item)
      return run([item])
    }
    const [first] = await deliver(fault('first', 0))
    for (let i = 0; i < 20; i += 1) await deliver(alert(`other-${i}`, 60 + i, 61 + i, onHost(`web-${i}`)))
    const before = loaded()
    const threeDays = 3 * 1_440
    expect(await deliver(fault('again', threeDays))).toMatchObject([{ id: first?.id, alert_count: 2 }])
    // A growing alert stays where it is, although its first line is days old.
    const grown = { ...fault('again', threeDays), first_seen: at(100), last_seen: at(threeDays + 60), event_count: 20 }
    expect(await deliver({ ...grown, incident_id: first?.id ?? null })).toMatchObject([{ id: first?.id }])
    expect(loaded()).toBe(before)
    expect(await deliver(fault('late', threeDays + 8 * 1_440))).toMatchObject([{ alert_count: 1 }])
  })

  it('decides as if it had loaded every open incident', async () => {
    const facts = fc.record({
      host: fc.constantFrom('web-01', 'nas-01'),
      key: fc.constantFrom('disk', 'clock'),
      address: fc.constantFrom('203.0.113.1', '203.0.113.2'),
      kind: fc.constantFrom('fault', 'attack', 'anomaly'),
      severity: fc.constantFrom('low', 'medium', 'high'),
      pause: fc.constantFrom(1, 50, 900, 2_000, 6_000),
      lasts: fc.constantFrom(0, 30, 700),
      grows: fc.boolean(),
    } as const)
    const makeAlert = (
      id: string,
      begin: number,
      { host, key, address, kind, severity, lasts }: FactsOf<typeof facts>,
    ) =>
      kind === 'attack'
        ? attack(address, 12, begin, begin + lasts, { id, severity })
        : alert(id, begin, begin + lasts, {
            ...onHost(host),
            severity,
            ...{ dedup_key: key, stream: `${host}/${key}` },
            ...(kind === 'fault' ? { type: 'other', detectors: ['sigma'] } : {}),
          })
    await fc.assert(
      fc.asyncProperty(fc.array(facts, { minLength: 2, maxLength: 12 }), async (steps) => {
        const outcomes = await Promise.all(
          [deps(), deps({ wide: true })].map(async ({ alerts, incidents, run }) => {
            let now = 0
            let last: Alert | undefined
            for (const [i, step] of steps.entries()) {
              now += step.pause
              const former = last && alerts.get(last.id)
              last =
                step.grows && former
                  ? { ...former, last_seen: at(now), event_count: former.event_count + 1 }
                  : makeAlert(`alert-${i}`, now, step)
              alerts.set(last.id, last)
              await run([last])
            }
            return partition([...incidents.values()])
          }),
        )
        expect(outcomes[0]).toEqual(outcomes[1])
      }),
      { numRuns: runs(300) },
    )
  })
})

type FactsOf<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Facts> ? Facts : never
