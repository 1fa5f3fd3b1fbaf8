import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAddress, inRange, isWithin, parseAddress, parseRange, type Range, subnetOf } from './address.ts'
import { createRangeTable } from './range-table.ts'
import { parseMeant, scopeOf } from './scope.ts'

const address = (text: string) => {
  const parsed = parseMeant(text)
  if (!parsed) throw new Error(`${text} is no address`)
  return parsed
}
const range = (text: string): Range => {
  const parsed = parseRange(text)
  if (!parsed) throw new Error(`${text} is no range`)
  return parsed
}

describe('an address', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['fe80::%eth0', 'fe80::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['10:20:30:40:50:60:70:80', '10:20:30:40:50:60:70:80'],
    ['100:0:0:0:0:0:0:0', '100::'],
  ])('%s is written %s', (text, written) => {
    expect(formatAddress(address(text))).toBe(written)
  })

  it('is read again as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const parsed = parseAddress(text)
        if (!parsed) throw new Error(`${text} is no address`)
        expect(parseAddress(formatAddress(parsed))).toEqual(parsed)
      }),
    )
  })

  it.each([
    ['192.168.7.9', 24, '192.168.7.0/24'],
    ['10.1.2.3', 8, '10.0.0.0/8'],
    ['2001:db8:1:2:3::4', 64, '2001:db8:1:2::/64'],
    ['172.31.255.255', 12, '172.16.0.0/12'],
  ])('%s/%i lies in %s', (text, bits, subnet) => {
    expect(subnetOf(address(text), bits)).toBe(subnet)
  })
})

describe('a range table', () => {
  const find = (texts: readonly string[], asked: string) =>
    createRangeTable(texts.map((text) => ({ range: range(text), value: text }))).find(address(asked))

  it('finds the narrowest range, and nothing outside of all', () => {
    const texts = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '2001:db8::/32']
    expect(find(texts, '10.1.2.3')).toBe('10.1.2.3')
    expect(find(texts, '10.1.2.4')).toBe('10.1.0.0/16')
    expect(find(texts, '10.255.255.255')).toBe('10.0.0.0/8')
    expect(find(texts, '11.0.0.0')).toBeUndefined()
    expect(find(texts, '9.255.255.255')).toBeUndefined()
    expect(find(texts, '2001:db8:ffff::1')).toBe('2001:db8::/32')
    expect(find([], '10.1.2.3')).toBeUndefined()
  })

  it('reaches both ends of all there is', () => {
    expect(find(['::/0', 'ffff::/16'], 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBe('ffff::/16')
    expect(find(['::/0', 'ffff::/16'], '::')).toBe('::/0')
    expect(find(['0.0.0.0/0'], '255.255.255.255')).toBe('0.0.0.0/0')
    expect(find(['0.0.0.0/0'], '2001:db8::1')).toBeUndefined()
  })

  it('finds what a look at each range finds, whatever the ranges', () => {
    // Few bits apart, so that they nest and touch.
    const close = fc
      .tuple(fc.constantFrom('10.0', '10.1', '192.168'), fc.nat(7), fc.nat(255), fc.integer({ min: 8, max: 32 }))
      .map(([head, c, d, bits]) => `${head}.${c}.${d}/${bits}`)
    const wide = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([text, bits]) => `${text}/${bits}`)
    fc.assert(
      fc.property(fc.array(fc.oneof(close, wide), { maxLength: 40 }), fc.array(fc.ipV4()), (texts, strangers) => {
        const ranges = texts.map(range)
        const table = createRangeTable(ranges.map((found, index) => ({ range: found, value: index })))
        const asked = [...ranges.map((found) => found.address), ...strangers.map(address)]
        for (const one of asked) {
          const found = table.find(one)
          const narrowest = ranges.reduce<number | undefined>(
            (best, candidate, index) =>
              isWithin(one, candidate) && (best === undefined || candidate.bits >= (ranges[best]?.bits ?? 0))
                ? index
                : best,
            undefined,
          )
          expect(found).toBe(narrowest)
        }
      }),
    )
  })
})

describe('the scope of an address', () => {
  it.each([
    ['10.1.2.3', 'internal'],
    ['172.16.0.1', 'internal'],
    ['172.32.0.1', 'external'], // one past RFC 1918
    ['172.15.255.255', 'external'],
    ['192.168.255.255', 'internal'],
    ['100.64.0.1', 'internal'],
    ['100.128.0.1', 'external'],
    ['169.254.169.254', 'internal'],
    ['127.0.0.53', 'loopback'],
    ['0.0.0.0', 'reserved'],
    ['203.0.113.9', 'reserved'],
    ['198.19.255.255', 'reserved'],
    ['224.0.0.251', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['8.8.8.8', 'external'],
    ['183.62.140.253', 'external'],
    ['::1', 'loopback'],
    ['::', 'reserved'],
    ['fe80::1%eth0', 'internal'],
    ['fd12:3456::1', 'internal'],
    ['ff02::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['2606:4700:4700::1111', 'external'],
    ['2001:0DB8:0:0:0:0:0:1', 'reserved'],
    ['::ffff:10.0.0.1', 'internal'], // IPv4 in IPv6
    ['::ffff:0808:0808', 'external'],
    ['64:ff9b::192.168.0.1', 'internal'], // NAT64
  ])('%s is %s', (text, scope) => {
    expect(scopeOf(address(text))).toBe(scope)
  })

  it.each([
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    '::1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'localhost',
    '',
  ])('%s is no address', (text) => {
    expect(parseMeant(text)).toBeUndefined()
  })
})

const holds = (network: string, address: string): boolean => {
  const parsed = parseRange(network)
  if (!parsed) throw new Error(`${network} is no network.`)
  return inRange(address, parsed)
}

describe('a range', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1'],
    ['10.1.2.3/8', '10.255.0.1'], // bits past the prefix mean nothing
    ['0.0.0.0/0', '255.255.255.255'],
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.6/31', '192.0.2.7'],
    ['10.0.0.0/8', '::ffff:10.0.0.1'],
    ['2001:db8::/32', '2001:DB8:ffff::1'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['fe80::/10', 'fe80::1%eth0'],
    ['::/0', '2001:db8::1'],
  ])('%s holds %s', (network, address) => {
    expect(holds(network, address)).toBe(true)
  })

  it.each([
    ['10.0.0.0/8', '11.0.0.1'],
    ['192.0.2.6/31', '192.0.2.8'],
    ['2001:db8::/33', '2001:db8:8000::1'],
    ['::/0', '10.0.0.1'],
    ['0.0.0.0/0', '::1'],
    ['10.0.0.0/8', 'ten'],
    ['10.0.0.0/8', '10.0.0.256'],
  ])('%s does not hold %s', (network, address) => {
    expect(holds(network, address)).toBe(false)
  })

  it.each([
    '',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '::/129',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7',
    'g::1',
    '10.0.0.0/8/8',
  ])('%s is none', (text) => {
    expect(parseRange(text)).toBeUndefined()
  })
})
