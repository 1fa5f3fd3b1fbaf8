import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { AppError } from '../../errors.ts'
import { asset } from '../../schema/inventory/asset.ts'
import { person } from '../../schema/inventory/person.ts'
import { assetRows, toAsset } from './asset-rows.ts'
import { personRows, toPerson } from './person-rows.ts'
import { planImport } from './plan.ts'
import { readImportRows } from './rows.ts'

const now = '2026-03-01T00:00:00.000Z'
const assetsOf = (text: string) =>
  readImportRows(text, assetRows).rows.map(({ id, fields }) => toAsset(id, fields, undefined, now))
const peopleOf = (text: string) =>
  readImportRows(text, personRows).rows.map(({ id, fields }) => toPerson(id, fields, undefined, now))
const faultsOf = (text: string) =>
  readImportRows(text, assetRows).faults.map(({ row, column, message }) => `${row} ${column} ${message}`)
const codeOf = (text: string) => {
  try {
    readImportRows(text, assetRows)
  } catch (error) {
    return error instanceof AppError ? error.code : error
  }
  return 'read'
}

const web = {
  asset_id: 'web-01',
  addresses: ['10.0.0.50'],
  owner: 'payments',
  criticality: 'critical',
  environment: 'production',
  tags: ['pci', 'dmz'],
}

describe('a table of assets', () => {
  it.each([
    [
      'as documented',
      'ip_or_cidr,hostname,owner,criticality,environment,tags\n10.0.0.50,web-01,payments,critical,production,pci;dmz',
    ],
    [
      'in another order and spelling',
      'TAGS;Env;Business Criticality;Owned By;Host Name;IP Address\npci,dmz;PROD;P1;payments;web-01;10.0.0.50',
    ],
    [
      'from a spreadsheet',
      '\ufeffHostname\tIP\tTeam\tTier\tStage\tLabels\r\nweb-01\t10.0.0.50\tpayments\tTier 1\tlive\t"pci, dmz"\r\n',
    ],
    [
      'as JSON',
      JSON.stringify([
        {
          hostname: 'web-01',
          ip: '10.0.0.50',
          owner: 'payments',
          criticality: 'critical',
          env: 'prod',
          tags: ['pci', 'dmz'],
          os: null,
        },
      ]),
    ],
    [
      'as JSON in an object',
      JSON.stringify({
        version: 1,
        assets: [
          { fqdn: 'web-01', ips: ['10.0.0.50'], owner: 'payments', criticality: 'crit', env: 'live', tag: 'pci|dmz' },
        ],
      }),
    ],
    [
      'as JSON by id',
      JSON.stringify({
        'web-01': {
          ip_address: '10.0.0.50',
          owner: 'payments',
          criticality: 'critical',
          environment: 'prod',
          tags: ['pci', 'dmz'],
        },
      }),
    ],
  ])('is read %s', (_how, text) => {
    expect(assetsOf(text)).toMatchObject([web])
  })

  it('gives missing fields their default', () => {
    const [host, network] = assetsOf('host,ip\nweb-01,\n,10.1.0.0/16\n')
    expect(host).toMatchObject({ asset_type: 'server', criticality: 'medium', owner: null, is_active: true })
    expect(network).toMatchObject({ asset_id: '10.1.0.0/16', asset_type: 'network', addresses: ['10.1.0.0/16'] })
  })

  it('accepts all asset fields of the triage contract', () => {
    const text = JSON.stringify([
      {
        ...{
          asset_id: 'A-1',
          asset_name: 'Shop',
          asset_type: 'application',
          ip_address: '10.0.0.9',
          mac_address: 'aa:bb',
        },
        ...{ os_name: 'Debian', os_version: '13', location: 'Lisbon', business_unit: 'Sales', status: 'retired' },
        ...{ vulnerabilities: { critical: 1, high: 2 }, last_scan: '2026-02-01', ipv6: '2001:DB8::1' },
      },
    ])
    expect(assetsOf(text)).toMatchObject([
      {
        ...{ asset_id: 'A-1', asset_name: 'Shop', asset_type: 'application', mac_address: 'aa:bb', os_name: 'Debian' },
        ...{ os_version: '13', location: 'Lisbon', business_unit: 'Sales', is_active: false },
        addresses: ['10.0.0.9', '2001:db8::1'],
        vulnerabilities: { critical: 1, high: 2, medium: 0, low: 0 },
        last_scan: '2026-02-01T00:00:00.000Z',
      },
    ])
  })

  it('keeps the first spelling of a name, whatever its case in later imports', () => {
    const [before] = assetsOf('hostname,ip\nSRV-001,10.0.0.50\nsrv-001,10.0.0.51\n')
    expect(before).toMatchObject({ asset_id: 'SRV-001', asset_name: 'SRV-001', hostnames: ['SRV-001'] })
    const [{ id, fields } = { id: '', fields: undefined }] = readImportRows(
      'hostname\nsrv-001 srv-001.corp\n',
      assetRows,
    ).rows
    expect(fields && toAsset(id, fields, before, now)).toMatchObject({
      asset_id: 'SRV-001',
      hostnames: ['SRV-001', 'srv-001.corp'],
    })
  })

  it('reports the field of each column', () => {
    expect(readImportRows('Host,Colour,Team,Owner\nweb,red,a,b', assetRows).columns).toEqual([
      { column: 'Host', field: 'hostnames' },
      { column: 'Colour', field: null },
      { column: 'Team', field: null }, // another column names the owner
      { column: 'Owner', field: 'owner' },
    ])
  })

  it('merges rows about one asset unless they conflict', () => {
    const text = 'host,ip,owner\nweb,10.0.0.1,ana\nweb,10.0.0.2,\nWEB,10.0.0.3,bo\n'
    expect(assetsOf(text)).toMatchObject([{ asset_id: 'web', addresses: ['10.0.0.1', '10.0.0.2'], owner: 'ana' }])
    expect(faultsOf(text)).toEqual(['4  has another owner for "web" than row 2'])
  })

  it('skips a row with a fault, and reports the cell and the reason', () => {
    const rows = [
      'host,ip,criticality,env,last_scan,status',
      'a,10.0.0.256,high,prod,,',
      'b,10.0.0.0/40,high,prod,,',
      'c,0.0.0.0/0,high,prod,,',
      'd,10.0.0.1-10.0.0.9,high,prod,,',
      'e,10.0.0.1,urgent,prod,,',
      'f,10.0.0.1,high,moon,,',
      'g,10.0.0.1,high,prod,yesterday,',
      'h,10.0.0.1,high,prod,,perhaps',
      ',,high,prod,,',
      '<script>,10.0.0.1,high,prod,,',
      'good,10.0.0.1,high,prod,,active',
    ]
    expect(assetsOf(rows.join('\n')).map(({ asset_id }) => asset_id)).toEqual(['good'])
    const faults = faultsOf(rows.join('\n'))
    expect(faults.map((fault) => fault.split(' ').slice(0, 2).join(' '))).toEqual([
      ...['2 ip', '3 ip', '4 ip', '5 ip', '6 criticality', '7 env', '8 last_scan', '9 status', '10 ', '11 host'],
    ])
    expect(faults[4]).toBe('6 criticality must be one of critical, high, medium, low, not "urgent"')
  })

  it('is rejected if it cannot be read', () => {
    expect(codeOf('')).toBe('INVALID_REQUEST')
    expect(codeOf('\ufeff \n')).toBe('INVALID_REQUEST')
    expect(codeOf('red,green\n1,2')).toBe('INVALID_REQUEST')
    expect(codeOf('{"a":1}')).toBe('INVALID_REQUEST')
    expect(codeOf('[1,2]')).toBe('INVALID_REQUEST')
    expect(codeOf('{')).toBe('INVALID_REQUEST')
  })

  it('is rejected if it is too long', needs(deepRun), () => {
    expect(codeOf(`host\n${'a\n'.repeat(100_001)}`)).toBe('TOO_LARGE')
    expect(codeOf(`[${Array(100_001).fill('{"host":"a"}').join(',')}]`)).toBe('TOO_LARGE')
  })

  it('is safe with hostile content', () => {
    const formula = assetsOf('host,owner\nweb,"=HYPERLINK(""http://evil.example"")"')
    expect(formula).toMatchObject([{ owner: '=HYPERLINK("http://evil.example")' }])
    expect(faultsOf('host,owner\nweb,"a\u0000b"\nweb2,"\u001b[2Jx"')).toEqual([
      '2 owner contains control characters',
      '3 owner contains control characters',
    ])
    expect(faultsOf(`host,owner\nweb,${'x'.repeat(501)}`)).toEqual(['2 owner is longer than 500 characters'])
    expect(faultsOf(`host,tags\nweb,${'t;'.repeat(3)}${Array.from({ length: 300 }, (_, i) => i).join(';')}`)).toEqual([
      '2 tags has more than 256 values',
    ])
    expect(assetsOf('__proto__,constructor,host\n1,2,web')).toMatchObject([{ asset_id: 'web' }])
    expect(assetsOf('host,owner\n"web\nother",a\n')).toHaveLength(1)
    const polluted = assetsOf('[{"host":"web","__proto__":{"owner":"x"},"tags":[["a"],{"b":1},"c"]}]')
    expect(polluted).toMatchObject([{ owner: null, tags: ['c'] }])
    expect(Object.hasOwn(Object.prototype, 'owner')).toBe(false)
    expect(readImportRows('host,owner\nweb,ana\n"open,bo\nmore,rows\n', assetRows)).toMatchObject({
      rows: [{ id: 'web' }],
      faults: [{ message: expect.stringContaining('cannot be read') }],
    })
  })

  it('gives only valid assets or faults, for any file', () => {
    const cell = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 20 }),
      fc.ipV4(),
      fc.constantFrom('"', '-', '', 'high', 'a;b'),
    )
    const table = fc.array(fc.array(cell, { maxLength: 7 }), { maxLength: 8 })
    fc.assert(
      fc.property(table, fc.constantFrom(',', ';', '\t'), (rows, separator) => {
        const header = ['host', 'ip', 'criticality', 'owner', 'tags', 'env', 'id'].join(separator)
        const read = readImportRows([header, ...rows.map((row) => row.join(separator))].join('\n'), assetRows)
        for (const { id, fields } of read.rows) {
          expect(asset.safeParse(toAsset(id, fields, undefined, now)).error).toBeUndefined()
        }
        expect(read.rows.length + read.faults.length).toBeLessThanOrEqual(read.total)
      }),
    )
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.json()), (text) => {
        expect(['read', 'INVALID_REQUEST']).toContain(codeOf(text))
      }),
    )
  })

  it('reads 50,000 rows at once', needs(deepRun), () => {
    const rows = Array.from(
      { length: 50_000 },
      (_, i) => `10.${i >> 8}.${i & 255}.0/24,host-${i},team ${i % 9},high,prod,a;b`,
    )
    const began = cpuMs()
    const read = readImportRows(`ip,host,owner,criticality,env,tags\n${rows.join('\n')}`, assetRows)
    expect([read.rows.length, read.faults.length]).toEqual([50_000, 0])
    expect(cpuMs() - began).toBeLessThan(20_000)
  })
})

describe('an import', () => {
  const plan = (before: string, text: string) => {
    const known = new Map(assetsOf(before).map((item) => [item.asset_id, item]))
    return planImport({
      rows: readImportRows(text, assetRows).rows,
      find: ({ id }) => known.get(id),
      idOf: ({ asset_id }) => asset_id,
      apply: ({ id, fields }, found) => toAsset(id, fields, found, '2026-04-01T00:00:00.000Z'),
      now: '2026-04-01T00:00:00.000Z',
    })
  }

  it('previews its changes, and leaves missing fields alone', () => {
    const before = 'host,owner,criticality,tags\nweb,ana,high,pci\ndb,bo,low,\n'
    const { changes, unchanged } = plan(before, 'host,owner,tags\nweb,-,\ndb,bo,\nmail,eve,x\n')
    expect(unchanged).toBe(1)
    expect(changes).toMatchObject([
      { id: 'web', change: 'changed', fields: [{ field: 'owner', before: 'ana', after: null }] },
      { id: 'mail', change: 'new', fields: [] },
    ])
    expect(changes[0]?.item).toMatchObject({
      tags: ['pci'],
      criticality: 'high',
      created_at: now,
      updated_at: '2026-04-01T00:00:00.000Z',
    })
  })

  it('changes nothing if it is repeated', () => {
    const text = 'host,ip,owner,criticality,env,tags\nweb,10.0.0.1,ana,high,prod,a;b\n,10.1.0.0/16,,low,,\n'
    expect(plan(text, text)).toEqual({ changes: [], unchanged: 2 })
  })
})

describe('a table of users', () => {
  it('is read with the column names of directories', () => {
    const dana = {
      ...{
        username: 'dana',
        email: 'dana@corp.example',
        full_name: 'Dana Ríos',
        title: 'Domain Admin',
        is_active: true,
      },
    }
    expect(
      peopleOf(
        'sAMAccountName,mail,displayName,Job Title,Enabled\ndana,Dana@corp.example,Dana Ríos,Domain Admin,TRUE\n',
      ),
    ).toMatchObject([{ ...dana, user_id: 'dana' }])
    expect(
      peopleOf(
        JSON.stringify([
          {
            ...{
              user_id: 'E7',
              username: 'dana',
              email: 'dana@corp.example',
              full_name: 'Dana Ríos',
              role: 'Domain Admin',
            },
            ...{
              phone: '1',
              access_level: 'admin',
              manager: 'ana',
              location: 'Lisbon',
              is_active: true,
              department: 'Ops',
            },
          },
        ]),
      ),
    ).toMatchObject([{ ...dana, user_id: 'E7', access_level: 'admin', manager: 'ana', department: 'Ops' }])
    expect(peopleOf('email,status\nbo@corp.example,terminated')).toMatchObject([{ username: 'bo', is_active: false }])
  })

  it('gives only valid users or faults, for any file', () => {
    const cell = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 20 }),
      fc.emailAddress(),
      fc.constantFrom('"', '-', '', 'yes'),
    )
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 8 }), (rows) => {
        const text = ['user,mail,name,title,active,aliases', ...rows.map((row) => row.join(','))].join('\n')
        for (const found of peopleOf(text)) expect(person.safeParse(found).error).toBeUndefined()
      }),
    )
  })

  it('keeps the known ID, and adds the imported one as an alias', () => {
    const [row] = readImportRows('id,username\nE7,dana', personRows).rows
    expect(row && toPerson('u3', row.fields, undefined, now)).toMatchObject({
      user_id: 'u3',
      username: 'dana',
      aliases: ['E7'],
    })
  })
})
