import { describe, expect, it } from 'vitest'
import { inNetwork, parseNetwork } from './network.ts'

const holds = (network: string, address: string): boolean => {
  const parsed = parseNetwork(network)
  if (!parsed) throw new Error(`${network} is no network.`)
  return inNetwork(address, parsed)
}

describe('a network', () => {
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
    expect(parseNetwork(text)).toBeUndefined()
  })
})
