import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeAddressRoles } from '../../../schema/detection/address-roles.ts'
import type { Evidence } from '../../../schema/detection/detection.ts'
import { addressRolesOf } from './address-roles.ts'
import { connectionOf, directions } from './connection.ts'

describe('connectionOf', () => {
  it.each([
    [{ 'source.ip': '203.0.113.9' }, { source_ip: '203.0.113.9', direction: 'inbound' }],
    [{ 'source.ip': '10.0.0.9' }, { source_ip: '10.0.0.9' }],
    [{ 'host.ip': '10.0.0.5' }, {}],
    [{ 'destination.ip': '10.0.0.5' }, { destination_ip: '10.0.0.5' }],
    [{ 'destination.ip': '8.8.4.4' }, { destination_ip: '8.8.4.4', direction: 'outbound' }],
    // A resolver is not an attacker.
    [
      { 'source.ip': '10.0.0.9', 'destination.ip': '8.8.4.4', 'dns.question.name': 'evil.example' },
      { source_ip: '10.0.0.9', destination_ip: '8.8.4.4' },
    ],
    // Public addresses of ours: by configured networks, by assets, by the host itself.
    [
      { 'source.ip': '198.51.100.1', 'destination.ip': '203.0.113.9', 'source.network.scope': 'internal' },
      { source_ip: '198.51.100.1', destination_ip: '203.0.113.9', direction: 'outbound' },
    ],
    [
      { 'source.ip': '198.51.100.1', 'destination.ip': '203.0.113.9', 'destination.asset': 'web-01' },
      { source_ip: '198.51.100.1', destination_ip: '203.0.113.9', direction: 'inbound' },
    ],
    [
      { 'source.ip': '198.51.100.1', 'destination.ip': '203.0.113.9', 'host.ip': ['203.0.113.9', 'fe80::1'] },
      { source_ip: '198.51.100.1', destination_ip: '203.0.113.9', direction: 'inbound' },
    ],
    [
      { 'source.ip': '198.51.100.1', 'destination.ip': '203.0.113.9', 'network.direction': 'egress' },
      { source_ip: '198.51.100.1', destination_ip: '203.0.113.9', direction: 'outbound' },
    ],
    [
      { 'source.ip': '198.51.100.1', 'destination.ip': '203.0.113.9' },
      { source_ip: '198.51.100.1', destination_ip: '203.0.113.9', direction: 'external' },
    ],
    // A client can forge the beginning; our proxy appends what it saw.
    [
      { 'source.ip': '10.0.0.7', 'network.forwarded_ip': '8.8.8.8, 203.0.113.9, 10.0.0.6' },
      { source_ip: '203.0.113.9', proxy_ip: '10.0.0.7', direction: 'inbound' },
    ],
    [
      { 'source.ip': '203.0.113.9', 'network.forwarded_ip': '8.8.8.8' },
      { source_ip: '203.0.113.9', direction: 'inbound' },
    ],
    [{ 'source.ip': '2001:DB8:0:0::1' }, { source_ip: '2001:db8::1', direction: 'inbound' }],
  ])('reads %j', (fields, connection) => {
    expect(connectionOf(fields)).toEqual(connection)
  })
})

const line = (connection: Partial<Evidence>, i: number): Evidence => ({
  event_id: `0-${i}`,
  time: new Date(i).toISOString(),
  line: '',
  ...connection,
})
const subject = { kind: 'anomaly', type: 'brute_force', severity: 'high', techniques: [], event_count: 100 } as const

describe('addressRolesOf', () => {
  it('names no attacker without evidence', () => {
    const evidence = [line(connectionOf({ 'source.ip': '203.0.113.9', 'destination.ip': '10.0.0.5' }), 1)]
    expect(addressRolesOf({ ...subject, type: 'anomaly', evidence })).not.toHaveProperty('attacker')
    expect(addressRolesOf({ ...subject, evidence: [line({}, 1)] })).toBeUndefined()
  })

  it('does not name an internal host that attacks others as an attacker to block', () => {
    const evidence = [line(connectionOf({ 'source.ip': '10.0.0.5', 'destination.ip': '203.0.113.9' }), 1)]
    expect(addressRolesOf({ ...subject, evidence })).not.toHaveProperty('attacker')
  })

  it('finds an internal host that attacks another one', () => {
    const evidence = [line(connectionOf({ 'source.ip': '10.0.0.9', 'destination.ip': '10.0.0.5' }), 1)]
    expect(addressRolesOf({ ...subject, evidence })?.attacker).toEqual([
      { ip: '10.0.0.9', events: 100, internal: true },
    ])
  })

  it('gives a login from elsewhere no role in an attack by another address', () => {
    const evidence = [
      line({ source_ip: '203.0.113.9', direction: 'inbound' }, 1),
      line({ source_ip: '198.51.100.1', direction: 'inbound' }, 2),
    ]
    const roles = addressRolesOf({ ...subject, evidence, sources: [['203.0.113.9', 100]] })
    expect(roles).toEqual({
      attacker: [{ ip: '203.0.113.9', events: 100, internal: false }],
      source: [{ ip: '203.0.113.9', events: 100, internal: false }],
    })
  })

  it('does not depend on the spelling of addresses', () => {
    const names = ['1.2.3.4', '9.9.9.10', '20.0.0.1', '203.0.113.9', '2001:db8::1', '99.1.1.1']
    const flow = fc.record({
      source: fc.nat(names.length - 1),
      destination: fc.nat(names.length - 1),
      direction: fc.constantFrom(...directions),
    })
    const alerts = fc.array(
      fc.record({
        flows: fc.array(flow, { minLength: 1, maxLength: 12 }),
        type: fc.constantFrom('brute_force', 'malware', 'data_exfiltration', 'anomaly'),
      }),
      { minLength: 1, maxLength: 4 },
    )
    const shuffled = fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length })
    fc.assert(
      fc.property(alerts, shuffled, (given, others) => {
        const rolesWith = (spelled: readonly string[]) =>
          mergeAddressRoles(
            given.flatMap(({ flows, type }) => {
              const evidence = flows.map(({ source, destination, direction }, i) =>
                line({ source_ip: spelled[source] ?? '', destination_ip: spelled[destination] ?? '', direction }, i),
              )
              return addressRolesOf({ ...subject, type, evidence }) ?? []
            }),
          )
        const renamed = JSON.stringify(rolesWith(names)).replaceAll(
          /"ip":"([^"]+)"/g,
          (_whole, ip: string) => `"ip":"${others[names.indexOf(ip)]}"`,
        )
        expect(JSON.stringify(rolesWith(others))).toBe(renamed)
      }),
    )
  })
})
