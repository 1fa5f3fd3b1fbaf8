import { describe, expect, it } from 'vitest'
import { emptyTables } from '../../context/context.fake.ts'
import type { Fields } from '../../schema/event/event.ts'
import { sampleAsset, samplePerson } from '../../store/samples.conformance.ts'
import { assetEnricher } from './asset.ts'
import { createEnrich } from './enrich.ts'
import { describeEnricher, eventWith } from './enricher.conformance.ts'
import { networkEnricher } from './network.ts'
import { createEnrichers } from './registry.ts'
import { userEnricher } from './user.ts'

const tables = emptyTables()
tables.assets.replace([
  sampleAsset(1, { asset_id: 'web-01', hostnames: ['web-01'], addresses: ['10.0.0.50'], criticality: 'critical' }),
  sampleAsset(2, { asset_id: 'office', hostnames: [], addresses: ['10.0.0.0/8'], owner: null, environment: null }),
])
tables.people.replace([
  samplePerson(1, { user_id: 'E7', username: 'dana', title: 'Domain Admin', access_level: null }),
  samplePerson(2, {
    user_id: 'E8',
    username: 'bo',
    title: null,
    access_level: null,
    department: null,
    is_active: false,
  }),
])
const countries = { locate: () => ({ scope: 'external', country: 'PT' }) }

describeEnricher('network', () => networkEnricher(tables.networks), {
  'source.ip': '10.0.0.1',
  'destination.ip': '8.8.8.8',
})
describeEnricher('asset', () => assetEnricher(tables.assets), {
  'host.name': 'web-01',
  'source.ip': '10.1.2.3',
  'destination.ip': '10.0.0.50',
})
describeEnricher('user', () => userEnricher(tables.people), { 'user.name': 'dana' })

const added = (fields: Fields) => {
  const [event] = createEnrich(createEnrichers(tables))([eventWith({ ...fields })])
  return Object.fromEntries(Object.entries(event?.fields ?? {}).filter(([name]) => !(name in fields)))
}

describe('enrichers', () => {
  it('add the scope of addresses', () => {
    expect(added({ 'source.ip': '8.8.8.8' })).toEqual({ 'source.network.scope': 'external' })
    expect(added({ 'source.ip': '127.0.0.1', 'destination.ip': '224.0.0.251' })).toEqual({
      'source.network.scope': 'loopback',
      'destination.network.scope': 'reserved',
    })
    expect(added({ 'source.ip': 'localhost' })).toEqual({})
    const facts = networkEnricher(countries).enrich(eventWith({ 'source.ip': 'a', 'destination.ip': 'b' }))
    expect(facts).toMatchObject({ 'source.geo.country_iso_code': 'PT', 'destination.geo.country_iso_code': 'PT' })
  })

  it('add the assets of hosts and addresses', () => {
    expect(added({ 'host.name': 'WEB-01.corp.example', 'destination.ip': '10.1.2.3' })).toEqual({
      'host.asset': 'web-01',
      'host.criticality': 'critical',
      'host.owner': 'payments',
      'host.environment': 'production',
      'destination.asset': 'office',
      'destination.network.scope': 'internal',
    })
    expect(added({ 'host.name': 'elsewhere' })).toEqual({})
  })

  it('add role and department of users, but nothing private', () => {
    expect(added({ 'user.name': 'DANA' })).toEqual({
      'user.person': 'E7',
      'user.active': true,
      'user.roles': ['Domain Admin'],
      'user.department': 'Operations',
    })
    expect(added({ 'user.name': 'bo' })).toEqual({ 'user.person': 'E8', 'user.active': false })
    expect(added({ 'user.name': 'nobody' })).toEqual({})
  })

  it('add nothing from empty tables', () => {
    const event = eventWith({ 'host.name': 'web-01', 'user.name': 'dana' })
    expect(createEnrich(createEnrichers(emptyTables()))([event])[0]).toBe(event)
  })
})
