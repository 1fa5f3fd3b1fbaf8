import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { runs } from '../../../test/depth.ts'
import { AppError } from '../../errors.ts'
import { report } from '../../schema/intelligence/indicator.ts'
import { type FeedEntry, type ReadList, reportOptions } from '../provider.ts'
import { formats } from './formats.ts'
import { readStixPattern } from './stix-pattern.ts'

const now = Date.UTC(2026, 0, 5, 8)
const options = reportOptions.parse({})
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')

/** Formats an entry as one line of a golden file. */
const formatEntry = (entry: FeedEntry): string => {
  switch (entry.kind) {
    case 'report': {
      const { threat_level, confidence, description, tags, first_seen, last_seen, valid_until } = entry.report
      const times = [first_seen, last_seen, valid_until].map((time) => time ?? '-').join(' ')
      const { type, value } = entry.observable
      return `${type} ${value} | ${threat_level} ${confidence} | ${times} | ${tags.join(',')} | ${description}`
    }
    case 'withdrawn':
      return `withdrawn ${entry.observable.type} ${entry.observable.value}`
    case 'benign':
      return `benign ${entry.match} ${entry.value} | ${entry.types.join(',')} | ${entry.list}`
    case 'exploited':
      return `exploited ${entry.cve} | ${entry.added}${entry.ransomware ? ' ransomware' : ''} | ${entry.name}`
    case 'skipped':
      return `skipped: ${entry.reason}: ${entry.sample}`
  }
}
const readAll = (read: ReadList, text: string) => [...read(text, options, now)]

const cases: readonly (readonly [file: string, format: keyof typeof formats])[] = [
  ['list.txt', 'list'],
  ['table.csv', 'csv'],
  ['remarked.csv', 'csv'],
  ['bare.csv', 'csv'],
  ['rows.json', 'json'],
  ['stix.json', 'stix'],
  ['misp-event.json', 'misp'],
  ['warninglist-resolvers.json', 'misp-warninglist'],
  ['warninglist-ranges.json', 'misp-warninglist'],
  ['warninglist-names.json', 'misp-warninglist'],
  ['warninglist-patterns.json', 'misp-warninglist'],
  ['urlhaus.json', 'urlhaus'],
  ['threatfox.json', 'threatfox'],
  ['threatfox-export.json', 'threatfox'],
  ['feodo.json', 'feodo'],
  ['malwarebazaar.json', 'malwarebazaar'],
  ['drop.json', 'spamhaus-drop'],
  ['kev.json', 'cisa-kev'],
  ['tor-exit-addresses.txt', 'tor-exits'],
  ['tor-bulk.txt', 'tor-exits'],
]

it.each(cases)('reads %s as %s', async (file, format) => {
  const lines = readAll(formats[format].read, fixture(file)).map(formatEntry)
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`fixtures/${file}.entries`)
})

it('tests every format', () => {
  expect([...new Set(cases.map(([, format]) => format))].sort()).toEqual(Object.keys(formats).sort())
})

describe.each(Object.entries(formats))('the format %s', (_name, { read }) => {
  it('throws only SOURCE_FAILED with a hint, for any input', () => {
    const texts = cases.map(([file]) => fixture(file))
    const damaged = fc
      .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(200), fc.string({ maxLength: 30 }))
      .map(([text, at, length, instead]) => {
        const from = at % text.length
        return text.slice(0, from) + instead + text.slice(from + length)
      })
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string(), fc.json()), (text) => {
        try {
          for (const entry of readAll(read, text)) if (entry.kind === 'report') report.parse(entry.report)
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'SOURCE_FAILED' || !error.hint) throw error
        }
      }),
      { numRuns: runs(200) },
    )
  })
})

it('applies the defaults of the source', () => {
  const own = reportOptions.parse({
    level: 'critical',
    confidence: 0.9,
    tags: ['internal'],
    description: 'own sighting',
    valid_days: 10,
  })
  const [entry] = formats.list.read('203.0.113.9', own, now)
  expect(entry?.kind === 'report' && entry.report).toMatchObject({
    threat_level: 'critical',
    confidence: 0.9,
    tags: ['internal'],
    description: 'own sighting',
    valid_until: '2026-01-16T00:00:00.000Z',
  })
})

describe('STIX patterns', () => {
  const values = (pattern: string) => readStixPattern(pattern)?.map(({ type, value }) => `${type} ${value}`)
  it.each([
    ["[ipv4-addr:value = '203.0.113.9']", ['ip 203.0.113.9']],
    ["[ipv4-addr:value='203.0.113.9' OR ipv6-addr:value = '2001:db8::1']", ['ip 203.0.113.9', 'ip 2001:db8::1']],
    ["([url:value = 'http://a/'] OR [domain-name:value = 'b'])", ['url http://a/', 'domain b']],
    ["[file:hashes.'SHA-256' = 'aa']", ['hash aa']],
    ["[file:hashes.MD5 = 'aa']", ['hash aa']],
    ["[email-message:from_ref.value = 'a@b.c']", ['email a@b.c']],
    ["[x509-certificate:hashes.'SHA-1' = 'aa']", ['certificate aa']],
    ["[url:value = 'it\\'s']", ["url it's"]],
    ["[ipv4-addr:value = '1' AND domain-name:value = 'b']", undefined],
    ["[ipv4-addr:value != '203.0.113.9']", undefined],
    ["[ipv4-addr:value = '203.0.113.9'] FOLLOWEDBY [url:value = 'x']", undefined],
    ["[url:value LIKE '%evil%']", undefined],
    ["[domain-name:value IN ('a', 'b']", undefined],
    ["[process:command_line = 'x']", undefined],
    ['', undefined],
    ['[', undefined],
  ])('%s', (pattern, expected) => {
    expect(values(pattern)).toEqual(expected)
  })

  it('are parsed in linear time', () => {
    for (const part of ["'", '[', "a:b = '", "\\'", 'OR ', "domain-name:value IN ('a',"]) {
      const started = cpuMs()
      readStixPattern(part.repeat(100_000 / part.length))
      expect(cpuMs() - started, part).toBeLessThan(1500)
    }
  })
})
