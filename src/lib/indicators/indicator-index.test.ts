import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { runs } from '../../../test/depth.ts'
import { extractObservables, toObservable } from '../observables/observables.ts'
import { type IndicatorFacts, IndicatorIndex } from './indicator-index.ts'

const facts: IndicatorFacts = { level: 3, confidence: 0.75, sources: ['urlhaus', 'own list'], note: 'serves malware' }
const now = Date.UTC(2026, 0, 5)

const indexOf = (...values: readonly string[]) => {
  const index = new IndicatorIndex()
  for (const text of values) {
    const observable = toObservable(text)
    if (observable) index.set(observable, facts)
  }
  index.settle(now)
  return index
}
const found = (index: IndicatorIndex, text: string) => {
  const observable = toObservable(text)
  return observable && index.find(observable, now)?.value
}
const scanned = (index: IndicatorIndex, text: string) => index.scan(text, now).map(({ value }) => value)

describe('finding a value', () => {
  it('returns its entry', () => {
    expect(indexOf('203.0.113.9').find({ type: 'ip', value: '203.0.113.9' }, now)).toEqual({
      type: 'ip',
      value: '203.0.113.9',
      validUntil: undefined,
      ...facts,
    })
  })

  it('finds addresses by the narrowest range', () => {
    const index = indexOf('198.51.0.0/16', '198.51.100.0/24', '2001:db8::/32', '198.51.100.7')
    expect(found(index, '198.51.100.7')).toBe('198.51.100.7')
    expect(found(index, '198.51.100.8')).toBe('198.51.100.0/24')
    expect(found(index, '198.51.7.8')).toBe('198.51.0.0/16')
    expect(found(index, '2001:db8:1::5')).toBe('2001:db8::/32')
    expect(found(index, '198.52.0.1')).toBeUndefined()
  })

  it('finds names below a name, and never above or beside it', () => {
    const index = indexOf('evil.example.com')
    expect(found(index, 'a.b.evil.example.com')).toBe('evil.example.com')
    expect(found(index, 'notevil.example.com')).toBeUndefined()
    expect(found(index, 'example.com')).toBeUndefined()
  })

  it('forgets expired, deleted and replaced entries', () => {
    const index = new IndicatorIndex()
    const ip = { type: 'ip', value: '203.0.113.9' } as const
    index.set(ip, { ...facts, validUntil: now })
    expect(index.find(ip, now)?.level).toBe(3)
    expect(index.find(ip, now + 1000)).toBeUndefined()
    index.set(ip, { ...facts, level: 1 })
    expect(index.find(ip, now + 1000)?.level).toBe(1)
    expect(index.size).toBe(1)
    index.remove(ip.value)
    index.remove('not there')
    expect(index.find(ip, now)).toBeUndefined()
    expect(index.size).toBe(0)
    index.set(ip, facts)
    expect(index.size).toBe(1)
  })

  it('leaves out ranges that have expired', () => {
    const index = new IndicatorIndex()
    index.set({ type: 'ip', value: '198.51.0.0/16' }, facts)
    index.set({ type: 'ip', value: '198.51.100.0/24' }, { ...facts, validUntil: now - 1000 })
    index.settle(now)
    expect(found(index, '198.51.100.8')).toBe('198.51.0.0/16')
  })
})

const link = fc
  .tuple(fc.constantFrom('http', 'https'), fc.domain(), fc.stringMatching(/^[\w./?=&%+-]{0,30}[\w/]$/))
  .map(([scheme, host, path]) => `${scheme}://${host}/${path}`)

describe('scanning a text', () => {
  const index = indexOf(
    '203.0.113.9',
    '198.51.100.0/24',
    '2001:db8::bad',
    '2001:db8:ffff::/48',
    'evil.example.com',
    'bücher.de',
    'https://cdn.example.net/a/b?c=1',
    'http://203.0.113.77:8080/bin.sh',
    'd41d8cd98f00b204e9800998ecf8427e',
    'bad.guy@mail.example.org',
  )
  const cases: readonly [text: string, expected: readonly string[]][] = [
    ['Failed password for root from 203.0.113.9 port 4711 ssh2', ['203.0.113.9']],
    ['src=203.0.113.9:443, dst=[2001:DB8::BAD]:99', ['203.0.113.9', '2001:db8::bad']],
    ['2001:db8:0:0:0:0:0:bad said', ['2001:db8::bad']],
    ['2001:db8:ffff:1::2', ['2001:db8:ffff::/48']],
    ['to 198.51.100.77.', ['198.51.100.0/24']],
    ['query: A.EVIL.Example.com. IN A', ['evil.example.com']],
    ['{"dns":"x.evil.example.com"}', ['evil.example.com']],
    ['lookup www.bücher.de', ['xn--bcher-kva.de']],
    ['lookup www.xn--bcher-kva.de', ['xn--bcher-kva.de']],
    ['GET https://cdn.example.net/a/b?c=1 200', ['https://cdn.example.net/a/b?c=1']],
    ['GET HTTPS://CDN.example.net:443/a/b?c=1#top, 200', ['https://cdn.example.net/a/b?c=1']],
    ['(https://cdn.example.net/a/b?c=1).', ['https://cdn.example.net/a/b?c=1']],
    ['GET https://cdn.example.net/other', []],
    ['wget http://203.0.113.77:8080/bin.sh', ['http://203.0.113.77:8080/bin.sh']],
    ['MD5:D41D8CD98F00B204E9800998ECF8427E', ['d41d8cd98f00b204e9800998ecf8427e']],
    ['from=<Bad.Guy@mail.example.org>,', ['bad.guy@mail.example.org']],
    ['notevil.example.com evil.example.community 1203.0.113.9 203.0.113.90', []],
    ['203.0.113.9 203.0.113.9', ['203.0.113.9']],
    ['', []],
  ]
  it.each(cases)('%s', (text, expected) => {
    expect(scanned(index, text)).toEqual(expected)
  })

  it('finds what taking the text apart would find', () => {
    const value = fc.oneof(
      fc.ipV4(),
      fc.domain(),
      fc.emailAddress().filter((address) => /^[\w.+-]*@/.test(address)),
      link,
    )
    const around = fc.constantFrom('', ' ', '"', '=', '(', '[', '<', ', ')
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), value, around, (known, other, mark) => {
        const some = indexOf(...known)
        const text = `a ${known.map((one) => `${mark}${one}${mark}`).join(' then ')} b ${other}`
        const bySight = extractObservables(text).flatMap((one) => some.find(one, now)?.value ?? [])
        for (const hit of bySight) expect(scanned(some, text)).toContain(hit)
      }),
      { numRuns: runs(500) },
    )
  })

  it('never throws, and takes time in proportion to the length', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'.:@/-_ 0af\u00e9http') }), (text) => {
        scanned(index, text)
      }),
      { numRuns: runs(1000) },
    )
    for (const piece of [
      '.',
      'a.',
      ':',
      'a:',
      '@',
      'a@b.',
      '2001::',
      'http://',
      'http://cdn.example.net/',
      'é.',
      '1.1.1.1 ',
    ]) {
      const text = piece.repeat(200_000 / piece.length)
      const started = cpuMs()
      scanned(index, text)
      expect(cpuMs() - started, piece).toBeLessThan(1500)
    }
  })
})

it('finds each of many, and nothing else', () => {
  const index = new IndicatorIndex()
  const value = (i: number) => `h${i}.${i % 977}.example.com`
  for (let i = 0; i < 50_000; i++)
    index.set({ type: 'domain', value: value(i) }, { ...facts, note: `note ${i}`, level: i % 5 })
  for (let i = 0; i < 50_000; i += 7) {
    expect(index.find({ type: 'domain', value: value(i) }, now)).toMatchObject({
      value: value(i),
      level: i % 5,
      note: `note ${i}`,
    })
  }
  for (let i = 50_000; i < 60_000; i++) expect(index.find({ type: 'domain', value: value(i) }, now)).toBeUndefined()
})
