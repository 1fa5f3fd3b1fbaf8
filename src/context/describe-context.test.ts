import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../test/any-character.ts'
import { alertContext } from '../schema/inventory/context.ts'
import { sampleAsset, samplePerson } from '../store/samples.conformance.ts'
import { alertAt, emptyTables, eventAt, loginAt, moment } from './context.fake.ts'
import { describeContext } from './describe-context.ts'

const night = moment(10, 3)
const foreign = alertAt(night, {
  observed: { source_ip: '45.33.32.156', asset_id: 'web-01', user_name: 'dana', file_hash: 'a'.repeat(64) },
})

const tablesWith = () => {
  const tables = emptyTables()
  tables.assets.replace([
    sampleAsset(1, { asset_id: 'web-01', hostnames: ['web-01'], addresses: ['10.0.0.50'], criticality: 'critical' }),
    sampleAsset(2, { asset_id: 'office', hostnames: [], addresses: ['10.0.0.0/8'], criticality: 'low' }),
  ])
  tables.people.replace([samplePerson(1, { username: 'dana', title: 'Domain Admin', access_level: null })])
  return tables
}

describe('the context of an alert', () => {
  it('has one row each for network, asset and user', () => {
    for (const tables of [emptyTables(), tablesWith()]) {
      const { contexts } = describeContext(foreign, tables)
      expect(contexts.map(({ context_type, source }) => [context_type, source])).toEqual([
        ['network', 'context-collector'],
        ['asset', 'context-collector'],
        ['user', 'context-collector'],
      ])
      for (const context of contexts) expect(alertContext.safeParse(context).success).toBe(true)
    }
  })

  it('contains the imported facts', () => {
    const { contexts, surroundings } = describeContext(foreign, tablesWith())
    const [network, asset, user] = contexts
    expect(network).toMatchObject({ confidence: 0.8, data: { ip_address: '45.33.32.156', is_internal: false } })
    expect(asset).toMatchObject({
      confidence: 0.9,
      data: { asset_id: 'web-01', criticality: 'critical', owner: 'payments' },
    })
    expect(user).toMatchObject({ confidence: 0.9, data: { username: 'dana', role: 'Domain Admin', is_active: true } })
    expect(surroundings).toEqual({
      asset: { criticality: 'critical' },
      network: { internal: false },
      user: { title: 'Domain Admin' },
    })
  })

  it('reports assets and users that were not imported', () => {
    const { contexts, surroundings, reasons } = describeContext(foreign, emptyTables())
    expect(contexts[1]?.data).toMatchObject({ criticality: 'unknown', error: 'The asset web-01 was not imported.' })
    expect(contexts[2]?.data).toMatchObject({ access_level: 'unknown', error: 'The user dana was not imported.' })
    expect(surroundings).toEqual({ network: { internal: false } })
    expect(reasons).toEqual([])
  })

  it('is empty for an alert without entities', () => {
    expect(describeContext(alertAt(night, {}), tablesWith())).toEqual({ contexts: [], surroundings: {}, reasons: [] })
  })

  it('finds assets by host or address, and reports the highest criticality', () => {
    const alert = alertAt(night, {
      entities: [
        { type: 'ip', value: '10.7.7.7' },
        { type: 'ip', value: '10.0.0.50' },
      ],
    })
    const { contexts, surroundings } = describeContext(alert, tablesWith())
    expect(contexts[1]?.data).toMatchObject({ asset_id: 'web-01', other_assets: [{ asset_id: 'office' }] })
    expect(surroundings).toEqual({ asset: { criticality: 'critical' }, network: { internal: true } })
  })

  it('includes the reputation of an address', () => {
    const tables = { ...tablesWith(), malice: (address: string) => (address === '45.33.32.156' ? 90 : undefined) }
    const { contexts, surroundings } = describeContext(foreign, tables)
    expect(contexts[0]?.data).toMatchObject({ reputation_score: 10, known_malicious: true })
    expect(surroundings.network).toEqual({ internal: false, reputation: 90 })
  })

  it('compares the alert with the usual behaviour', () => {
    const tables = tablesWith()
    for (let day = 0; day < 9; day++) {
      tables.history.learn([8, 12, 16].map((hour) => loginAt(moment(day, hour), 'dana', '10.0.0.9')))
    }
    // The login of the alert has been learnt by the time of triage.
    tables.history.learn([loginAt(night, 'dana', '45.33.32.156')])
    const { contexts, reasons } = describeContext(foreign, tables)
    expect(contexts[2]?.data).toMatchObject({
      first_seen: new Date(moment(0, 8)).toISOString(),
      active_days: 9,
      login_history: { last_ip: '10.0.0.9', last_location: 'Internal', unusual_login: true },
      behavior_profile: { typical_hours: [8, 12, 16], typical_locations: ['Internal'], anomaly_score: 0.8 },
      usual_addresses: [{ name: '10.0.0.9', days: 9 }],
    })
    expect(reasons).toEqual([
      { sign: 'for', text: 'dana usually logs in from 10.0.0.9, and not from this address in 9 days', about: 'user' },
      { sign: 'for', text: 'dana is usually active 08–09, 12–13, 16–17 UTC, this alert is from 03:00', about: 'user' },
    ])

    const usual = alertAt(moment(11, 12), { observed: { source_ip: '10.0.0.9', user_name: 'dana' } })
    expect(describeContext(usual, tables).reasons).toEqual([
      { sign: 'against', text: 'dana has logged in from 10.0.0.9 on 9 days', about: 'user' },
    ])
  })

  it('reports inactive accounts, shared addresses and new hosts', () => {
    const tables = tablesWith()
    tables.people.replace([samplePerson(1, { username: 'dana', is_active: false })])
    tables.history.learn([
      eventAt(moment(0), { 'host.name': 'db-01' }),
      loginAt(moment(1), 'ana', '45.33.32.156'),
      loginAt(moment(2), 'bo', '45.33.32.156'),
      eventAt(moment(10), { 'host.name': 'rogue' }),
    ])
    const alert = { ...foreign, entities: [{ type: 'host' as const, value: 'rogue' }] }
    expect(describeContext(alert, tables).reasons.map(({ sign, text }) => `${sign} ${text}`)).toEqual([
      'against 2 known users have logged in from 45.33.32.156',
      'for rogue was first seen less than a day earlier',
      'for the account dana is no longer active',
    ])
  })

  it('gives no reasons without enough history', () => {
    const tables = tablesWith()
    tables.history.learn([loginAt(moment(9), 'dana', '10.0.0.9')])
    expect(describeContext(foreign, tables).reasons).toEqual([])
  })

  it('never throws, and is deterministic', () => {
    const tables = tablesWith()
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('web-01', 'dana', '__proto__'),
    )
    const entity = fc.record({ type: fc.constantFrom('ip', 'user', 'host', 'url'), value: text })
    fc.assert(
      fc.property(fc.array(entity), text, text, (entities, source_ip, user_name) => {
        const alert = alertAt(night, { entities, observed: { source_ip, user_name } })
        const described = describeContext(alert, tables)
        expect(describeContext(alert, tables)).toEqual(described)
        expect(described.contexts.length).toBeLessThanOrEqual(3)
        for (const context of described.contexts) expect(JSON.parse(JSON.stringify(context))).toEqual(context)
      }),
    )
  })
})
