import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../test/cpu-clock.ts'
import { isWithin, parseAddress, parseRange } from '../lib/address/address.ts'
import { sampleAsset, samplePerson } from '../store/samples.conformance.ts'
import { createAssetIndex } from './asset-index.ts'
import { createInventory } from './inventory.ts'
import { createPersonIndex } from './person-index.ts'

const indexOf = (...assets: Parameters<typeof sampleAsset>[1][]) => {
  const index = createAssetIndex()
  index.replace(assets.map((facts, number) => sampleAsset(number, { asset_id: `a${number}`, ...facts })))
  return index
}

describe('the asset index', () => {
  it('finds by ID, name and address, in any spelling', () => {
    const index = indexOf(
      { hostnames: ['WEB-01.corp.example'], addresses: ['10.1.2.3'] },
      { hostnames: ['db'], addresses: ['10.1.0.0/16', '2001:db8::/64'] },
    )
    expect(index.byId('A1')?.asset_id).toBe('a1')
    expect(index.byHost('web-01.corp.example.')?.asset_id).toBe('a0')
    expect(index.byHost('web-01')?.asset_id).toBe('a0')
    expect(index.byHost('DB.corp.example')?.asset_id).toBe('a1')
    expect(index.byHost('web-01.evil.example')).toBeUndefined()
    expect(index.byAddress('10.1.2.3')?.asset_id).toBe('a0')
    expect(index.byAddress('10.1.2.4')?.asset_id).toBe('a1')
    expect(index.byAddress('::ffff:10.1.2.3')?.asset_id).toBe('a0')
    expect(index.byAddress('2001:0db8::77')?.asset_id).toBe('a1')
    expect(index.byAddress('10.2.0.1')).toBeUndefined()
    expect(index.byAddress('not an address')).toBeUndefined()
  })

  it('finds nothing by an ambiguous short name', () => {
    const index = indexOf({ hostnames: ['web.a.example'] }, { hostnames: ['web.b.example'] })
    expect(index.byHost('web')).toBeUndefined()
    expect(index.byHost('web.b.example')?.asset_id).toBe('a1')
  })

  it('prefers active assets', () => {
    const index = indexOf(
      { hostnames: ['web'], addresses: ['10.0.0.1'] },
      { hostnames: ['web'], addresses: ['10.0.0.1'], is_active: false },
    )
    expect(index.byHost('web')?.asset_id).toBe('a0')
    expect(index.byAddress('10.0.0.1')?.asset_id).toBe('a0')
  })

  it('clears its cache when the assets are replaced', () => {
    const index = indexOf({ hostnames: ['web'] })
    expect([index.byHost('web')?.asset_id, index.byHost('db')]).toEqual(['a0', undefined])
    index.replace([sampleAsset(1, { hostnames: ['db'] })])
    expect([index.byHost('web'), index.byHost('db')?.asset_name]).toEqual([undefined, 'web-1'])
    index.replace([])
    expect([index.size, index.byHost('db')]).toEqual([0, undefined])
  })

  it('finds the narrowest of 10,000 ranges, like a linear search', () => {
    const assets = Array.from({ length: 10_000 }, (_, i) => ({
      hostnames: [],
      addresses: [`10.${i >> 8}.${i & 255}.0/${20 + (i % 13)}`],
    }))
    const index = indexOf(...assets)
    const ranges = assets.map(({ addresses: [text = ''] }) => parseRange(text))
    const slow = (text: string) => {
      const address = parseAddress(text)
      let best = -1
      for (const [i, range] of ranges.entries()) {
        if (address && range && isWithin(address, range) && range.bits >= (ranges[best]?.bits ?? 0)) best = i
      }
      return best
    }
    const within = fc.tuple(fc.nat(40), fc.nat(255), fc.nat(255)).map(([b, c, d]) => `10.${b}.${c}.${d}`)
    fc.assert(
      fc.property(within, (text) => {
        const found = slow(text)
        const bits = (id: string | undefined) => ranges[Number(id?.slice(1))]?.bits
        expect(bits(index.byAddress(text)?.asset_id)).toBe(found < 0 ? undefined : ranges[found]?.bits)
      }),
    )
    const began = cpuMs()
    for (let i = 0; i < 100_000; i++) index.byAddress(`10.${i % 40}.${(i >> 4) & 255}.${i & 255}`)
    // 100,000 different addresses, so that the cache hardly helps. It takes 0.2 s; the limit allows for a busy machine.
    expect(cpuMs() - began).toBeLessThan(3_000)
  })
})

describe('the person index', () => {
  const index = createPersonIndex()
  index.replace([
    samplePerson(1, { user_id: 'E7', username: 'dana', aliases: ['CORP\\d.rios'], email: 'dana@corp.example' }),
    samplePerson(2, { user_id: 'E8', username: 'e7', aliases: [], email: null }),
    samplePerson(3, { user_id: 'E9', username: 'dana', aliases: [], email: 'x@corp.example', is_active: false }),
  ])
  const find = (name: string) => index.find(name)?.user_id

  it('finds by account name, ID, email address and alias', () => {
    expect([find('DANA'), find('corp\\dana'), find('CORP\\d.rios'), find('dana@corp.example'), find('E9')]).toEqual([
      'E7',
      'E7',
      'E7',
      'E7',
      'E9',
    ])
    expect(find('E7')).toBe('E8') // an account's name counts before an id
  })

  it('finds nobody by an empty or unknown name', () => {
    expect([find(''), find('d.rios'), find('dana@evil.example'), find('__proto__')]).toEqual(Array(4).fill(undefined))
  })
})

describe('the inventory', () => {
  it('is read again only after it changed', async () => {
    let reads = 0
    let state = '1'
    const people = { all: async () => [], state: async () => '0' }
    const assets = {
      async all() {
        reads++
        return [sampleAsset(reads, { hostnames: [`web-${reads}`] })]
      },
      state: async () => state,
    }
    const inventory = createInventory({ assets, people })
    await inventory.refresh()
    await inventory.refresh()
    expect([reads, inventory.assets.byHost('web-1')?.asset_name]).toEqual([1, 'web-1'])
    state = '2'
    await inventory.refresh()
    expect([reads, inventory.assets.byHost('web-1'), inventory.assets.byHost('web-2')?.asset_name]).toEqual([
      2,
      undefined,
      'web-2',
    ])
  })
})
