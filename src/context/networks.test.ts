import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { anyCharacter } from '../../test/any-character.ts'
import { openGeoDatabase } from './geo-database.ts'
import { createNetworks } from './networks.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-networks-'))
afterAll(() => rmSync(folder, { recursive: true }))

const stop = (fault: unknown) => {
  throw fault
}
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const open = (options: Partial<Parameters<typeof createNetworks>[0]> = {}) =>
  createNetworks({ internal: [], databases: [], benign: [], cloud: [], ...options })

describe('networks', () => {
  it.each([
    ['10.1.2.3', true, 'internal', '10.1.2.0/24', 'Internal', 80],
    ['172.16.9.9', true, 'internal', '172.16.9.0/24', 'Internal', 80],
    ['192.168.7.9', true, 'internal', '192.168.7.0/24', 'Internal', 80],
    ['127.0.0.1', true, 'internal', '127.0.0.0/24', 'Internal', 80],
    ['fd00::1', true, 'internal', 'fd00::/64', 'Internal', 80],
    ['45.33.32.156', false, 'external', '45.33.32.0/24', 'Unknown', 50],
    ['203.0.113.9', false, 'external', '203.0.113.0/24', 'Unknown', 50],
    ['2001:41d0:1:2::3', false, 'external', '2001:41d0:1:2::/64', 'Unknown', 50],
  ])('describes %s', (ip_address, is_internal, network_type, subnet, country, reputation_score) => {
    const known_malicious = false
    const expected = { ip_address, is_internal, network_type, subnet, country, reputation_score, known_malicious }
    expect(open().lookUp(ip_address)).toMatchObject(expected)
  })

  it('include the internal ranges and public resolvers', () => {
    const networks = open({ internal: ['45.33.32.0/24', '2606:4700::/32'] })
    expect(networks.lookUp('45.33.32.156')).toMatchObject({ is_internal: true, country: 'Internal' })
    expect(networks.lookUp('2606:4700:4700::1111')).toMatchObject({ is_internal: true, known_as: null })
    expect(networks.lookUp('8.8.8.8')).toMatchObject({ known_as: 'Google Public DNS', reputation_score: 80 })
  })

  it('follow changes of warninglists and plain lists', async () => {
    const list = { name: 'Office of ours', type: 'cidr', list: ['198.51.100.0/24', 'nonsense', '2001:db8::1'] }
    const benign = file('office.json', JSON.stringify(list))
    const cloud = file('somecloud.txt', '# ranges\n45.33.32.0/24 ; leased\n\n')
    const networks = open({ benign: [benign], cloud: [cloud] })
    expect(networks.lookUp('198.51.100.7')?.known_as).toBeNull()
    await networks.refresh(stop)
    expect(networks.lookUp('198.51.100.7')?.known_as).toBe('Office of ours')
    expect(networks.lookUp('2001:db8::1')?.known_as).toBe('Office of ours')
    expect(networks.lookUp('9.9.9.9')?.known_as).toBe('Quad9')
    expect(networks.lookUp('45.33.32.156')?.cloud).toBe('somecloud')
  })

  it('report unreadable files, and keep their previous content', async () => {
    const path = file('list.txt', '198.51.100.0/24')
    const networks = open({ benign: [path], databases: [openGeoDatabase(join(folder, 'missing.mmdb'))] })
    const faults: string[] = []
    const complain = (fault: unknown) => void faults.push(String(fault))
    await networks.refresh(complain)
    file('list.txt', 'nothing of the kind')
    await networks.refresh(complain)
    expect(faults).toHaveLength(3)
    expect(faults[0]).toContain('missing.mmdb')
    expect(faults[2]).toContain('it contains no addresses or ranges')
    expect(networks.lookUp('198.51.100.7')?.known_as).toBe('list')
  })

  it('reject a file that is not a database', async () => {
    const database = openGeoDatabase(file('not.mmdb', 'x'.repeat(100_000)))
    await expect(database.refresh()).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
    expect(database.place('8.8.8.8')).toEqual({})
  })

  it('never throw', () => {
    const networks = open()
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.ipV4(), fc.ipV6()), (text) => {
        const facts = networks.lookUp(text)
        if (facts) expect(networks.lookUp(facts.ip_address)).toEqual(facts)
        expect(networks.locate(text)?.scope).toBe(facts?.scope)
      }),
    )
  })
})

describe('the bundled databases', () => {
  const pathOf = (version: 4 | 6) =>
    createRequire(import.meta.url).resolve(
      `@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country-ipv${version}.mmdb`,
    )
  const path = pathOf(4)

  it('contain countries of public addresses', async () => {
    const networks = open({ databases: ([4, 6] as const).map((version) => openGeoDatabase(pathOf(version), version)) })
    await networks.refresh(stop)
    // Ranges of the registries: RIPE NCC, APNIC, LACNIC.
    expect(networks.lookUp('193.0.6.139')?.country).toBe('NL')
    expect(networks.lookUp('202.12.29.1')?.country).toBe('AU')
    expect(networks.lookUp('200.3.14.10')?.country).toMatch(/^(BR|UY)$/)
    expect(networks.lookUp('2001:67c:2e8::1')?.country).toBe('NL')
    expect(networks.lookUp('10.0.0.1')?.country).toBe('Internal')
    expect(networks.locate('::ffff:193.0.6.139')).toEqual({ scope: 'external', country: 'NL' })
    expect(networks.locate('10.0.0.1')).toEqual({ scope: 'internal', country: undefined })
    expect(networks.lookUp('203.0.113.9')?.country).toBe('Unknown')
  })

  it('are read when the first address of their version is looked up', async () => {
    const copy = join(folder, 'six.mmdb')
    copyFileSync(pathOf(6), copy)
    const database = openGeoDatabase(copy, 6)
    await database.refresh()
    expect(database.place('193.0.6.139')).toEqual({})
    rmSync(copy)
    expect(database.place('2001:67c:2e8::1')).toEqual({})
  })

  it('are reported by the next refresh when they go before the first address is looked up', async () => {
    const copy = join(folder, 'gone.mmdb')
    copyFileSync(path, copy)
    const database = openGeoDatabase(copy)
    await database.refresh()
    rmSync(copy)
    expect(database.place('193.0.6.139')).toEqual({})
    await expect(database.refresh()).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
    copyFileSync(path, copy)
    await database.refresh()
    expect(database.place('193.0.6.139').country).toBe('NL')
  })

  it('is read again after it was replaced', async () => {
    const copy = join(folder, 'copy.mmdb')
    copyFileSync(path, copy)
    const database = openGeoDatabase(copy)
    expect([await database.refresh(), await database.refresh()]).toEqual([true, false])
    utimesSync(copy, 1, 1)
    expect(await database.refresh()).toBe(true)
  })
})
