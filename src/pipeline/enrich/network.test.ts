import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { describeEnricher, eventWith } from './enricher.conformance.ts'
import { enrichers } from './registry.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const runtime: Runtime = { now: () => 0, fetch, log: silent, signal: new AbortController().signal }
const create = (options: object = {}) => enrichers.create('network', options, runtime)
const scopeOf = (address: string, options = {}): unknown =>
  create(options).enrich(eventWith({ 'source.ip': address }))?.['source.network.scope']

describeEnricher('network', create, { 'source.ip': '10.0.0.1', 'destination.ip': '8.8.8.8' })

describe('scopes', () => {
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
    ['1.2.3', undefined],
    ['1.2.3.256', undefined],
    ['1.2.3.4.5', undefined],
    ['::1::', undefined],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['12345::', undefined],
    ['localhost', undefined],
    ['', undefined],
  ])('%s is %s', (address, scope) => {
    expect(scopeOf(address)).toBe(scope)
  })

  it('takes ranges of our own for internal', () => {
    const options = { internal: ['198.51.100.0/24', '2606:4700::/32'] }
    expect(scopeOf('198.51.100.7', options)).toBe('internal')
    expect(scopeOf('2606:4700::1', options)).toBe('internal')
    expect(scopeOf('198.51.101.7', options)).toBe('external')
  })

  it.each(['10.0.0.0/33', 'ten', '10.0.0.0/', '::/129', '1.2.3.4/8/9'])('refuses the range %s', (range) => {
    expect(() => create({ internal: [range] })).toThrow(AppError)
  })

  it('answers the same when it has forgotten', () => {
    const enricher = create()
    const ask = (address: string) => enricher.enrich(eventWith({ 'source.ip': address }))?.['source.network.scope']
    for (let i = 0; i < 20_000; i++) ask(`9.${(i >> 8) & 255}.${i & 255}.1`)
    expect(ask('10.0.0.1')).toBe('internal')
    expect(ask('9.0.0.1')).toBe('external')
  })
})
