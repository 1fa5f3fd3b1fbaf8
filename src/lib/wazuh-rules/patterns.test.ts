import { RE2JS } from 're2js'
import { expect, test } from 'vitest'
import { type PatternType, translatePattern } from './patterns.ts'

type Case = readonly [type: PatternType, pattern: string, expected: string]

/** A translation in one line: `contains a, startswith b`. */
const say = (pattern: string, type: PatternType): string => {
  const read = translatePattern(pattern, type)
  if ('reason' in read) return `no: ${read.reason}`
  const any = read.any.map(({ modifiers, value }) => `${modifiers || 'is'} ${value}`).join(', ')
  return `${read.negated ? 'not ' : ''}${any || 'anything'}`
}

test.each<Case>([
  // OSMatch: plain text, ends, alternatives, the whole turned round.
  ['osmatch', 'Failed', 'contains Failed'],
  ['osmatch', '^Failed', 'startswith Failed'],
  ['osmatch', 'preauth]$', 'endswith preauth]'],
  ['osmatch', '^root$', 'is root'],
  ['osmatch', '^a|b$|^c$|d', 'startswith a, endswith b, is c, contains d'],
  ['osmatch', '!session', 'not contains session'],
  ['osmatch', ' a b ', 'contains  a b '],
  // Sigma's wildcards are none in Wazuh; every backslash is doubled.
  ['osmatch', 'cmd.exe?a*b', 'contains cmd.exe\\?a\\*b'],
  ['osmatch', 'C:\\Temp\\', 'contains C:\\\\Temp\\\\'],
  ['osmatch', 'a$b^c', 'contains a$b^c'],
  ['osmatch', '', 'anything'],
  ['osmatch', 'a|', 'anything'],
  ['osmatch', '^', 'anything'],
  ['osmatch', '^$', 'is '],
  // OSRegex: literals stay literals, whatever they mean elsewhere.
  ['osregex', 'a.b+c', 'contains a.b+c'],
  ['osregex', '^4625$|^4626$', 'is 4625, is 4626'],
  ['osregex', '\\$$', 'endswith $'],
  ['osregex', 'a\\|b\\(c\\)', 'contains a|b(c)'],
  ['osregex', '\\\\winword.exe$', 'endswith \\\\winword.exe'],
  // Anything is a wildcard, so such a pattern stays readable.
  ['osregex', 'from \\.* to', 'contains from * to'],
  ['osregex', '^a\\.+b', 'startswith a?*b'],
  ['osregex', 'a\\.b', 'contains a?b'],
  // Classes need a regular expression.
  ['osregex', '^port \\d+$', 're|i ^port [0-9]+$'],
  ['osregex', '(\\w+)\\s\\S', 're|i [A-Za-z0-9@_-]+ [^ ]'],
  ['osregex', 'a\\p\\t\\W\\D', 're|i a[!-.:-?\\[\\]{-}]\\t[^A-Za-z0-9@_-][^0-9]'],
  ['osregex', '[\\d+].x', 're|i \\[[0-9]+\\]\\.x'],
  ['osregex', '\\d\\.+x', 're|i (?s)[0-9].+x'],
  [
    'osregex',
    '\\q',
    'no: The regex "\\q" has \\q, which OSRegex does not know. Correct the rule, or say type="pcre2".',
  ],
  // PCRE2 is case-sensitive by default.
  ['pcre2', '^Security$', 'cased Security'],
  ['pcre2', '(?i)mimikatz', 'contains mimikatz'],
  ['pcre2', '^4625$', 'is 4625'],
  ['pcre2', '\\.php$', 'endswith|cased .php'],
  ['pcre2', '(?i)\\.(php|asp)x?$', 're|i \\.(php|asp)x?$'],
  ['pcre2', '^(?<id>\\d+)\\h+$', 're ^(?P<id>\\d+)[\\t ]+$'],
  ['pcre2', '[\\h,]x', 're [\\t ,]x'],
  ['pcre2', 'a\\\\1', 'contains|cased a\\\\1'],
  ['pcre2', '[(?=]x', 're [(?=]x'],
])('%s %s → %s', (type, pattern, expected) => {
  expect(say(pattern, type)).toBe(expected)
})

test.each([
  ['a(?=b)', 'looks ahead'],
  ['(?<!a)b', 'looks ahead or behind'],
  ['(a)\\1', 'refers back'],
  ['(?P<a>b)(?P=a)', 'refers back'],
  ['a++b', 'holds on'],
  ['(?>a)b', 'holds on'],
  ['a(?R)?b', 'calls itself'],
  ['(?(1)a|b)', 'has a condition'],
  ['a(*SKIP)b', 'has a verb'],
  ['a\\Kb', 'has \\G'],
  ['(a', 'no regular expression that RE2 knows'],
  ['a{2000}', 'no regular expression that RE2 knows'],
])('PCRE2 %s is refused: %s', (pattern, reason) => {
  expect(say(pattern, 'pcre2')).toContain(reason)
})

test.each([
  // The class's own letters, as Wazuh's table has them.
  ['^\\w+$', 'a-B_9@', true],
  ['^\\w+$', 'a b', false],
  ['^\\p$', '!', true],
  ['^\\p$', '/', false],
  ['^\\p$', '\\', false],
  ['^\\p$', ']', true],
  ['^\\p$', '}', true],
  ['^a\\s+b$', 'a  b', true],
  ['^a\\sb$', 'a\tb', false],
  ['^\\d\\.+\\d$', '1\n2', true],
  ['UPPER\\d', 'upper1', true],
])('OSRegex %s on %s: %s', (pattern, text, expected) => {
  const read = translatePattern(pattern, 'osregex')
  const only = 'any' in read ? read.any[0] : undefined
  expect(only?.modifiers).toBe('re|i')
  expect(RE2JS.compile(String(only?.value), RE2JS.CASE_INSENSITIVE).matcher(text).find()).toBe(expected)
})
