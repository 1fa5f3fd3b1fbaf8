import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../test/cpu-clock.ts'
import { isWithin, parseAddress, parseRange } from '../lib/address/address.ts'
import { sampleAsset, samplePerson } from '../store/samples.conformance.ts'
import { createAssetBook } from './asset-book.ts'
import { createPersonBook } from './person-book.ts'
import { createTold } from './told.ts'

const bookOf = (...assets: Parameters<typeof sampleAsset>[1][]) => {
  const book = createAssetBook()
  book.replace(assets.map((facts, number) => sampleAsset(number, { asset_id: `a${number}`, ...facts })))
  return book
}

describe('the book of assets', () => {
  it('finds by id, name and address, in any spelling', () => {
    const book = bookOf(
      { hostnames: ['WEB-01.corp.example'], addresses: ['10.1.2.3'] },
      { hostnames: ['db'], addresses: ['10.1.0.0/16', '2001:db8::/64'] },
    )
    expect(book.byId('A1')?.asset_id).toBe('a1')
    expect(book.byHost('web-01.corp.example.')?.asset_id).toBe('a0')
    expect(book.byHost('web-01')?.asset_id).toBe('a0')
    expect(book.byHost('DB.corp.example')?.asset_id).toBe('a1')
    expect(book.byHost('web-01.evil.example')).toBeUndefined()
    expect(book.byAddress('10.1.2.3')?.asset_id).toBe('a0')
    expect(book.byAddress('10.1.2.4')?.asset_id).toBe('a1')
    expect(book.byAddress('::ffff:10.1.2.3')?.asset_id).toBe('a0')
    expect(book.byAddress('2001:0db8::77')?.asset_id).toBe('a1')
    expect(book.byAddress('10.2.0.1')).toBeUndefined()
    expect(book.byAddress('not an address')).toBeUndefined()
  })

  it('does not guess between two machines of one bare name', () => {
    const book = bookOf({ hostnames: ['web.a.example'] }, { hostnames: ['web.b.example'] })
    expect(book.byHost('web')).toBeUndefined()
    expect(book.byHost('web.b.example')?.asset_id).toBe('a1')
  })

  it('prefers what is in use', () => {
    const book = bookOf(
      { hostnames: ['web'], addresses: ['10.0.0.1'] },
      { hostnames: ['web'], addresses: ['10.0.0.1'], is_active: false },
    )
    expect(book.byHost('web')?.asset_id).toBe('a0')
    expect(book.byAddress('10.0.0.1')?.asset_id).toBe('a0')
  })

  it('forgets what it answered when it is replaced', () => {
    const book = bookOf({ hostnames: ['web'] })
    expect([book.byHost('web')?.asset_id, book.byHost('db')]).toEqual(['a0', undefined])
    book.replace([sampleAsset(1, { hostnames: ['db'] })])
    expect([book.byHost('web'), book.byHost('db')?.asset_name]).toEqual([undefined, 'web-1'])
    book.replace([])
    expect([book.size, book.byHost('db')]).toEqual([0, undefined])
  })

  it('finds the narrowest of 10,000 ranges, as a look at each would', () => {
    const assets = Array.from({ length: 10_000 }, (_, i) => ({
      hostnames: [],
      addresses: [`10.${i >> 8}.${i & 255}.0/${20 + (i % 13)}`],
    }))
    const book = bookOf(...assets)
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
        expect(bits(book.byAddress(text)?.asset_id)).toBe(found < 0 ? undefined : ranges[found]?.bits)
      }),
    )
    const began = cpuMs()
    for (let i = 0; i < 100_000; i++) book.byAddress(`10.${i % 40}.${(i >> 4) & 255}.${i & 255}`)
    // 100,000 different addresses, so that hardly any is remembered: 0.2 s here, with room for a busy machine.
    expect(cpuMs() - began).toBeLessThan(3_000)
  })
})

describe('the book of people', () => {
  const book = createPersonBook()
  book.replace([
    samplePerson(1, { user_id: 'E7', username: 'dana', aliases: ['CORP\\d.rios'], email: 'dana@corp.example' }),
    samplePerson(2, { user_id: 'E8', username: 'e7', aliases: [], email: null }),
    samplePerson(3, { user_id: 'E9', username: 'dana', aliases: [], email: 'x@corp.example', is_active: false }),
  ])
  const find = (name: string) => book.find(name)?.user_id

  it('finds by account, id, mail and other names', () => {
    expect([find('DANA'), find('corp\\dana'), find('CORP\\d.rios'), find('dana@corp.example'), find('E9')]).toEqual([
      'E7',
      'E7',
      'E7',
      'E7',
      'E9',
    ])
    expect(find('E7')).toBe('E8') // an account's name counts before an id
  })

  it('takes nobody for somebody', () => {
    expect([find(''), find('d.rios'), find('dana@evil.example'), find('__proto__')]).toEqual(Array(4).fill(undefined))
  })
})

describe('the imported books', () => {
  it('is read again only when it changed', async () => {
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
    const told = createTold({ assets, people })
    await told.refresh()
    await told.refresh()
    expect([reads, told.assets.byHost('web-1')?.asset_name]).toEqual([1, 'web-1'])
    state = '2'
    await told.refresh()
    expect([reads, told.assets.byHost('web-1'), told.assets.byHost('web-2')?.asset_name]).toEqual([
      2,
      undefined,
      'web-2',
    ])
  })
})
