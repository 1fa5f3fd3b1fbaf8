import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange } from '../lib/address/address.ts'
import type { Observable } from '../schema/intelligence/indicator.ts'
import { type EgressPolicy, reasonToWithhold } from './egress.ts'

const own = parseRange('198.51.100.0/24')
if (!own) throw new Error('The range is invalid.')

const policy: EgressPolicy = {
  types: { ip: 'send', domain: 'send', hash: 'send', url: 'send', email: 'send', certificate: 'send' },
  internalDomains: ['corp-example.com'],
  internalRanges: [own],
}
const reason = (type: Observable['type'], value: string, tags: readonly string[] = []) =>
  reasonToWithhold({ type, value }, policy, tags)

describe('the egress policy', () => {
  it.each([
    ['ip', '203.0.113.9'],
    ['ip', '8.8.8.8'],
    ['ip', '10.0.0.7'],
    ['ip', '169.254.169.254'],
    ['ip', '100.64.3.2'],
    ['ip', 'fd00::1'],
    ['ip', 'fe80::1'],
    ['ip', '::ffff:192.168.1.1'],
    ['ip', '198.51.100.77'],
    ['domain', 'evil-example.net'],
    ['domain', 'corp-example.com'],
    ['domain', 'vpn.corp-example.com'],
    ['domain', 'notcorp-example.com'],
    ['domain', 'printer.local'],
    ['domain', 'db'],
    ['url', 'http://evil-example.net/a?user=x'],
    ['url', 'http://10.1.2.3/a'],
    ['url', 'https://wiki.corp-example.com/page'],
    ['url', 'http://[fd00::1]:8080/'],
    ['email', 'someone@evil-example.net'],
    ['email', 'someone@corp-example.com'],
    ['hash', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ] as const)('decides on %s %s', (type, value) => {
    expect(`${type} ${value}: ${reason(type, value) ?? 'may be sent'}`).toMatchSnapshot()
  })

  it('withholds confidential values, whatever their other tags', () => {
    for (const tag of ['tlp:red', 'TLP:AMBER', 'tlp:amber+strict']) {
      expect(reason('domain', 'evil-example.net', ['tlp:clear', tag, 'phishing'])).toContain(tag.toLowerCase())
    }
    expect(reason('domain', 'evil-example.net', ['tlp:green'])).toBeUndefined()
  })

  it('never sends a private address, in any form', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte), ([b, c, d]) => {
        for (const value of [
          `10.${b}.${c}.${d}`,
          `192.168.${c}.${d}`,
          `172.${16 + (b % 16)}.${c}.${d}`,
          `127.${b}.${c}.${d}`,
        ]) {
          expect(reason('ip', value)).toBeDefined()
          expect(reason('ip', `::ffff:${value}`)).toBeDefined()
          expect(reason('url', `http://${value}/`)).toBeDefined()
          expect(reason('email', `a@${value}`)).toBeDefined()
        }
      }),
    )
  })
})
