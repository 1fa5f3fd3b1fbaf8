import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { deepRun, runs } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { extractObservables, hostOf, isPublicSuffix, refang, toObservable } from './observables.ts'

const read = (text: string) => extractObservables(text).map(({ type, value }) => `${type} ${value}`)

describe('one value', () => {
  const cases: readonly [text: string, expected: string | undefined][] = [
    ['203.0.113.9', 'ip 203.0.113.9'],
    ['203[.]0[.]113[.]9', 'ip 203.0.113.9'],
    ['203.0.113.9:443', 'ip 203.0.113.9'],
    ['203.0.113.77/24', 'ip 203.0.113.0/24'],
    ['203.0.113.9/32', 'ip 203.0.113.9'],
    ['203.0.113.9/33', undefined],
    ['203.0.113.09', undefined], // octal to some
    ['1.2.3', undefined],
    ['::ffff:203.0.113.9', 'ip 203.0.113.9'],
    ['2001:0DB8:0:0:0:0:0:1', 'ip 2001:db8::1'],
    ['[2001:db8::1]:443', 'ip 2001:db8::1'],
    ['2001[:]db8[:][:]1', 'ip 2001:db8::1'],
    ['fe80::1%eth0', 'ip fe80::1'],
    ['2001:db8::ff/32', 'ip 2001:db8::/32'],
    ['EVIL.Example.COM.', 'domain evil.example.com'],
    ['evil[.]example[.]com', 'domain evil.example.com'],
    ['evil(dot)com', 'domain evil.com'],
    ['evil [dot] com', 'domain evil.com'],
    ['evil[.com', 'domain evil.com'],
    ['bücher.de', 'domain xn--bcher-kva.de'],
    ['xn--bcher-kva.de', 'domain xn--bcher-kva.de'],
    ['раураl.com', 'domain xn--l-7sba6dbr.com'], // Cyrillic
    ['evil。com', 'domain evil.com'], // an ideographic full stop
    ['abcdefghij234567.onion', 'domain abcdefghij234567.onion'],
    ['report.docx', undefined],
    ['co.uk', undefined],
    ['hxxps://Evil[.]com:443/A?b=c#frag', 'url https://evil.com/A?b=c'],
    ['hxxp[:]//evil[.]com', 'url http://evil.com/'],
    ['hXXp[://]evil.com/x', 'url http://evil.com/x'],
    ['http://user:secret@evil.com/', 'url http://evil.com/'],
    ['http://bücher.de/ü', 'url http://xn--bcher-kva.de/%C3%BC'],
    ['http://[2001:db8::1]:8080/a', 'url http://[2001:db8::1]:8080/a'],
    ['http://0x7f.1/', 'url http://127.0.0.1/'],
    ['javascript://evil.com/%0aalert(1)', undefined],
    ['D41D8CD98F00B204E9800998ECF8427E', 'hash d41d8cd98f00b204e9800998ecf8427e'],
    ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'hash da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['d41d8cd98f00b204e9800998ecf8427', undefined], // 31
    ['Bad.Guy@Evil[.]com', 'email bad.guy@evil.com'],
    ['bad.guy[at]evil.com', 'email bad.guy@evil.com'],
    ['', undefined],
    ['word', undefined],
  ]
  it.each(cases)('%s', (text, expected) => {
    const found = toObservable(text)
    expect(found && `${found.type} ${found.value}`).toBe(expected)
  })

  it('trusts the declared type, within reason', () => {
    expect(toObservable('shell.sh', 'domain')).toEqual({ type: 'domain', value: 'shell.sh' })
    expect(toObservable('botnet.lib', 'domain')).toEqual({ type: 'domain', value: 'botnet.lib' })
    expect(toObservable('203.0.113.9', 'domain')).toBeUndefined()
    expect(toObservable('203.0.113.9:443', 'ip')).toEqual({ type: 'ip', value: '203.0.113.9' })
    expect(toObservable('AA:39:a3:ee:5e:6b:4b:0d:32:55:bf:ef:95:60:18:90:af:d8:07:09', 'certificate')).toEqual({
      type: 'certificate',
      value: 'aa39a3ee5e6b4b0d3255bfef95601890afd80709',
    })
  })
})

describe('a text', () => {
  const cases: readonly [text: string, expected: readonly string[]][] = [
    [
      'Failed password for root from 203.0.113.9 port 4711 ssh2',
      ['ip 203.0.113.9'], //
    ],
    [
      'see hxxps://evil[.]example[.]com/a/b.php?x=1, then 198[.]51[.]100[.]7.',
      ['url https://evil.example.com/a/b.php?x=1', 'domain evil.example.com', 'ip 198.51.100.7'],
    ],
    ['(http://evil.com/a_(b))', ['url http://evil.com/a_(b)', 'domain evil.com']],
    ['GET http://[2001:db8::1]/x', ['url http://[2001:db8::1]/x', 'ip 2001:db8::1']],
    [
      'from=<bad@evil.com> SHA256:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08',
      [
        'email bad@evil.com',
        'domain evil.com',
        'hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      ],
    ],
    ['md5=d41d8cd98f00b204e9800998ecf8427e;', ['hash d41d8cd98f00b204e9800998ecf8427e']],
    ['dst=203.0.113.9:443 src=[2001:db8::5]:99', ['ip 203.0.113.9', 'ip 2001:db8::5']],
    ['10:32:20 00:11:22:33:44:55 std::string dead::beef 1.2.3', []], // times, MACs, names of code
    ['ran /usr/local/bin/install.sh and cron.service', []],
    ['query: Tracker.Bücher.de IN A', ['domain tracker.xn--bcher-kva.de']],
    ['blocked 203.0.113.0/24', ['ip 203.0.113.0/24']],
    ['twice 203.0.113.9 203[.]0[.]113[.]9', ['ip 203.0.113.9']],
  ]
  it.each(cases)('%s', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it('ends at the number that is asked for', () => {
    const text = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(' ')
    expect(extractObservables(text)).toHaveLength(100)
    expect(extractObservables(text, 7)).toHaveLength(7)
  })
})

const ip = fc.oneof(fc.ipV4(), fc.ipV6())
const domain = fc.domain().filter((name) => toObservable(name)?.type === 'domain')
const url = fc
  .tuple(fc.constantFrom('http', 'https', 'FTP'), domain, fc.stringMatching(/^[\w./?=&%+-]{0,30}[\w/]$/))
  .map(([scheme, host, path]) => `${scheme}://${host}/${path}`)
const hex = fc
  .constantFrom(32, 40, 64, 128)
  .chain((length) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: length, maxLength: length }),
  )
const anything = fc.oneof(ip, domain, url, hex, fc.emailAddress())

/** Ways in which people disarm what they write. */
const disarm = fc.constantFrom(
  (text: string) => text.replaceAll('.', '[.]'),
  (text: string) => text.replaceAll('.', '(dot)'),
  (text: string) => text.replaceAll('.', ' [.] '),
  (text: string) => text.replaceAll('.', '{.}').replace(/^http/i, 'hxxp'),
  (text: string) => text.replace('://', '[:]//').replace(/^http/i, 'hXXp'),
  (text: string) => text.replace('@', '[at]'),
  (text: string) => text.toUpperCase(),
)

describe('whatever comes', () => {
  it('spells a value once and for all', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const once = toObservable(text)
        if (once) expect(toObservable(once.value, once.type)).toEqual(once)
      }),
      { numRuns: runs(500) },
    )
  })

  it('reads what is disarmed as what it was', () => {
    const plain = fc.oneof(fc.ipV4(), domain, hex)
    fc.assert(
      fc.property(plain, disarm, (text, spell) => {
        expect(toObservable(spell(text))).toEqual(toObservable(text))
      }),
      { numRuns: runs(500) },
    )
    for (const text of ['http://evil.com/', 'https://a.evil.com/']) {
      fc.assert(
        fc.property(disarm, (spell) => {
          expect(toObservable(spell(text))).toEqual(toObservable(text))
        }),
      )
    }
  })

  it('finds a value in the midst of words', () => {
    const value = fc.oneof(fc.ipV4(), domain, hex, url)
    fc.assert(
      fc.property(
        value,
        fc.constantFrom('to ', 'x=', '"', '(', 'ip: '),
        fc.constantFrom(' ', ',', '"', ' then'),
        (text, before, after) => {
          expect(extractObservables(`seen ${before}${text}${after} more`)).toContainEqual(toObservable(text))
        },
      ),
      { numRuns: runs(500) },
    )
  })

  it('never throws, and gives only values that are spelt well', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'.:/@[](){}hxtp%-_ dot1a\u0000\u0301\u3002\ud800é日🚨') })
    fc.assert(
      fc.property(noise, (text) => {
        for (const { type, value } of extractObservables(text)) {
          expect(toObservable(value, type)).toEqual({ type, value })
          expect(value.length).toBeLessThanOrEqual(1000)
        }
        refang(text)
        hostOf(text)
        toObservable(text)
      }),
      { numRuns: runs(2000) },
    )
  })

  it('takes time in proportion to the length', needs(deepRun), () => {
    const hostile = [
      '.',
      'a.',
      '..x',
      '[.]',
      'h',
      'http://',
      'http://)',
      '@',
      'a@',
      ':',
      '2001:',
      '0.',
      'x'.repeat(50),
      '\u0301',
      '%',
    ]
    for (const piece of hostile) {
      const text = piece.repeat(100_000 / piece.length)
      const started = cpuMs()
      extractObservables(text)
      toObservable(text)
      expect(cpuMs() - started, piece).toBeLessThan(1500)
    }
  })
})

it('knows names below which others register', () => {
  expect(['com', 'co.uk', 'github.io', 'evil.com', 'a.github.io'].filter(isPublicSuffix)).toEqual([
    'com',
    'co.uk',
    'github.io',
  ])
})
