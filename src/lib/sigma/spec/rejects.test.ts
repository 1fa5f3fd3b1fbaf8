import { describe, expect, test } from 'vitest'
import { readDocuments } from '../sigma.ts'
import { faultsOf, ruleOf } from './case.fake.ts'

const sel = (...lines: readonly string[]): string =>
  ruleOf(['sel:', ...lines.map((line) => `  ${line}`), 'condition: sel'].join('\n'))
const cond = (condition: string): string => ruleOf(`sel: { a: 1 }\ncondition: ${condition}`)
const head = (line: string): string => ruleOf('sel: { a: 1 }\ncondition: sel', `${line}\n`)
const detection = 'detection:\n  sel: { a: 1 }\n  condition: sel\n'

/** The fault, the text with `#<` at the line that is to blame, and a word of the code. */
// biome-ignore format: one line a case
const rules: readonly (readonly [string, string, RegExp])[] = [
  ['no title', `logsource: { category: x } #<\n${detection}`, /title/],
  ['a title that is a number', `title: 5 #<\nlogsource: { category: x }\n${detection}`, /title/],
  ['a title that is a list', `title: [a] #<\nlogsource: { category: x }\n${detection}`, /title/],
  ['a title of 257 characters', `title: ${'x'.repeat(257)} #<\nlogsource: { category: x }\n${detection}`, /title/],
  ['an id that is no UUID', head('id: no-uuid #<'), /id/],
  ['an id that is a number', head('id: 7 #<'), /id/],
  ['an empty name', head("name: '' #<"), /name/],
  ['a name that is a list', head('name: [a] #<'), /text|name/],
  ['an unknown status', head('status: sometimes #<'), /status/],
  ['a status that is a list', head('status: [test] #<'), /status/],
  ['an unknown level', head('level: urgent #<'), /level/],
  ['a level that is a number', head('level: 5 #<'), /level/],
  ['a date that is none', head('date: yesterday #<'), /date/],
  ['a day that there is not', head('date: 2026-02-31 #<'), /date/],
  ['a month that there is not', head('modified: 2026-13-01 #<'), /date|modified/],
  ['a tag without a namespace', head('tags: [attack] #<'), /tag/],
  ['references that are a map', head('references: { a: b } #<'), /text|references/],
  ['an author that is a list', head('author: [a, b] #<'), /text|author/],
  ['a description that is a map', head('description: { a: b } #<'), /text|description/],
  ['no logsource', `title: T #<\n${detection}`, /logsource/],
  ['a logsource that is a text', `title: T\nlogsource: windows #<\n${detection}`, /logsource/],
  ['a logsource that is empty', `title: T\nlogsource: {} #<\n${detection}`, /logsource/],
  ['a logsource of remarks only', `title: T\nlogsource: { definition: x } #<\n${detection}`, /logsource/],
  ['a product that is a list', `title: T\nlogsource:\n  product: [windows] #<\n${detection}`, /text|logsource/],
  ['no detection', 'title: T #<\nlogsource: { category: x }\n', /detection/],
  ['a detection that is a list', 'title: T\nlogsource: { category: x }\ndetection: [a] #<\n', /detection/],
  ['a detection that is a text', 'title: T\nlogsource: { category: x }\ndetection: a #<\n', /detection/],
  ['no selections', 'title: T\nlogsource: { category: x }\ndetection:\n  condition: sel #<\n', /selection|detection/],
  ['an empty selection', ruleOf('sel: {} #<\ncondition: sel'), /selection|detection/],
  ['an empty list as a selection', ruleOf('sel: [] #<\ncondition: sel'), /selection|detection/],
  ['a selection of null', ruleOf('sel: null #<\ncondition: sel'), /null|selection/],
  ['null as a keyword', ruleOf('sel: #<\n  - a\n  - null\ncondition: sel'), /null|selection/],
  ['a map as a value', sel('a: { b: c } #<'), /value/],
  ['a list in a list as a value', sel('a: [[x]] #<'), /value/],
  ['a map in a list of values', sel('a: [x, { b: c }] #<'), /value/],
  ['no condition', 'title: T\nlogsource: { category: x }\ndetection: #<\n  sel: { a: 1 }\n', /condition/],
  ['an empty condition', cond("'' #<"), /condition/],
  ['a condition of null', 'title: T\nlogsource: { category: x }\ndetection: #<\n  sel: { a: 1 }\n  condition:\n', /condition/],
  ['a condition that is a number', cond('7 #<'), /condition/],
  ['a condition that is a map', cond('{ a: b } #<'), /condition/],
  ['an empty list of conditions', cond('[] #<'), /condition/],
  ['a list of conditions with a number', cond('[sel, 7] #<'), /condition/],
  ['a selection that there is not', cond('sel2 #<'), /selection/],
  ['a pattern that fits nothing', cond('1 of x* #<'), /selection/],
  ['an open parenthesis', cond('(sel #<'), /condition/],
  ['a closed parenthesis', cond('sel) #<'), /condition/],
  ['empty parentheses', cond('() #<'), /condition/],
  ['and at the start', cond('and sel #<'), /condition/],
  ['and at the end', cond('sel and #<'), /condition/],
  ['or at the end', cond('sel or #<'), /condition/],
  ['not at the end', cond('sel and not #<'), /condition/],
  ['and or', cond('sel and or sel #<'), /condition/],
  ['two names without a word between', cond('sel sel #<'), /condition/],
  ['a name before not', cond('sel not sel #<'), /condition/],
  ['an old count', cond("'sel | count() > 5' #<"), /condition/],
  ['an old near', cond("'sel | near sel' #<"), /condition/],
  ['a wrong quantifier', cond('some of sel* #<'), /condition/],
  ['a quantifier of 0', cond('0 of sel* #<'), /condition/],
  ['of without a quantifier', cond('of them #<'), /condition/],
  ['of without a pattern', cond('1 of #<'), /condition/],
  ['signs that are no words', cond("'sel && sel' #<"), /condition/],
  ['an exclamation mark', cond("'!sel' #<"), /condition/],
  ['an unknown modifier', sel('a|bogus: 1 #<'), /modifier/],
  ['an empty modifier', sel('a|: 1 #<'), /modifier/],
  ['a modifier in upper case', sel('a|Contains: x #<'), /modifier/],
  ['a modifier with blanks', sel("'a | contains': x #<"), /modifier/],
  ['a network that is none', sel('a|cidr: 300.1.2.0/33 #<'), /cidr/],
  ['a network that is a word', sel('a|cidr: net #<'), /cidr/],
  ['a length that is too long', sel('a|cidr: 10.0.0.0/33 #<'), /cidr/],
  ['an IPv6 length that is too long', sel('a|cidr: fe80::/129 #<'), /cidr/],
  ['an address within a network', sel('a|cidr: 10.0.0.1/8 #<'), /cidr/],
  ['an IPv6 address within a network', sel('a|cidr: fe80::1/10 #<'), /cidr/],
  ['a network that is a number', sel('a|cidr: 10 #<'), /modifier|cidr/],
  ['cidr after another modifier', sel('a|contains|cidr: 10.0.0.0/8 #<'), /modifier/],
  ['exists with a text', sel('a|exists: maybe #<'), /modifier/],
  ["exists with 'true' in quotes", sel("a|exists: 'true' #<"), /modifier/],
  ['exists with a number', sel('a|exists: 1 #<'), /modifier/],
  ['exists without a field', sel("'|exists': true #<"), /modifier/],
  ['exists after another modifier', sel('a|contains|exists: true #<'), /modifier/],
  ['gt with a text', sel('a|gt: ten #<'), /modifier/],
  ["gt with '10' in quotes", sel("a|gt: '10' #<"), /modifier/],
  ['lt with true', sel('a|lt: true #<'), /modifier/],
  ['lte with null', sel('a|lte: null #<'), /modifier/],
  ['contains with gt', sel('a|contains|gt: 5 #<'), /modifier/],
  ['contains with a number', sel('a|contains: 5 #<'), /modifier/],
  ['contains with true', sel('a|contains: true #<'), /modifier/],
  ['contains with null', sel('a|contains: null #<'), /modifier/],
  ['startswith with a number', sel('a|startswith: 5 #<'), /modifier/],
  ['cased with a number', sel('a|cased: 5 #<'), /modifier/],
  ['re that is no expression', sel("a|re: '(x' #<"), /regex/],
  ['re with a wrong quantifier', sel("a|re: '*x' #<"), /regex/],
  ['re with an open class', sel("a|re: '[x' #<"), /regex/],
  ['re with look-ahead', sel("a|re: '(?=x)y' #<"), /regex/],
  ['re with a back-reference', sel("a|re: '(x)\\1' #<"), /regex/],
  ['re after contains', sel('a|contains|re: x #<'), /modifier/],
  ['re after base64', sel('a|base64|re: x #<'), /modifier/],
  ['re with null', sel('a|re: null #<'), /modifier|value/],
  ['i without re', sel('a|i: x #<'), /modifier/],
  ['i before re', sel('a|i|re: x #<'), /modifier/],
  ['m without re', sel('a|m: x #<'), /modifier/],
  ['cidr then re', sel('a|cidr|re: 10.0.0.0/8 #<'), /modifier/],
  ['base64 of a wildcard', sel("a|base64: 'a*b' #<"), /modifier/],
  ['base64 after contains: a wildcard too', sel('a|contains|base64: ab #<'), /modifier/],
  ['base64offset of a wildcard', sel("a|base64offset: 'a?b' #<"), /modifier/],
  ['base64 of a number', sel('a|base64: 5 #<'), /modifier/],
  ['base64 of an expression', sel('a|re|base64: ab #<'), /modifier/],
  ['wide of a number', sel('a|wide: 5 #<'), /modifier/],
  ['windash of a number', sel('a|windash: 5 #<'), /modifier/],
  ['fieldref with a wildcard', sel("a|fieldref: 'b*' #<"), /modifier/],
  ['fieldref of a number', sel('a|fieldref: 5 #<'), /modifier/],
  ['hour with a text', sel('a|hour: noon #<'), /modifier/],
  ['a key twice', 'title: T\nlogsource: { category: x }\ndetection:\n  sel:\n    a: 1\n    a: 2 #<\n  condition: sel\n', /yaml/],
  ['a selection twice', 'title: T\nlogsource: { category: x }\ndetection:\n  sel: { a: 1 }\n  sel: { a: 2 } #<\n  condition: sel\n', /yaml/],
  ['a list that is open', 'title: [x\n', /yaml/],
  ['a text that is no map', 'just words #<\n', /map/],
  ['a list as a document', '- a #<\n- b\n', /map/],
  ['a tab as indentation', 'title: T\nlogsource:\n\tcategory: x\n', /yaml/],
  ['an alias to nothing', 'title: *x #<\n', /yaml/],
]

const base = `title: Base\nname: base\nlogsource: { category: conformance }\n${detection}---\n`
const correlate = (...lines: readonly string[]): string =>
  `${base}title: C\ncorrelation:\n${lines.map((line) => `  ${line}\n`).join('')}`
const count = (change: Readonly<Record<string, string>>): string =>
  correlate(
    ...Object.values({
      type: 'type: event_count',
      rules: 'rules: [base]',
      group: 'group-by: [user]',
      span: 'timespan: 5m',
      condition: 'condition: { gte: 2 }',
      ...change,
    }).filter((line) => line !== ''),
  )

// biome-ignore format: one line a case
const correlations: readonly (readonly [string, string, RegExp])[] = [
  ['no type', count({ type: '' }), /type/],
  ['an unknown type', count({ type: 'type: event_counts #<' }), /type/],
  ['a type that is a list', count({ type: 'type: [event_count] #<' }), /type|text/],
  ['no rules', count({ rules: '' }), /rules/],
  ['an empty list of rules', count({ rules: 'rules: []' }), /rules/],
  ['rules that are a map', count({ rules: 'rules: { a: b } #<' }), /rules|text/],
  ['no timespan', count({ span: '' }), /timespan/],
  ['a timespan without a unit', count({ span: "timespan: '10' #<" }), /timespan/],
  ['a timespan of a number', count({ span: 'timespan: 10 #<' }), /timespan/],
  ['a timespan of an unknown unit', count({ span: 'timespan: 10x #<' }), /timespan/],
  ['a timespan in words', count({ span: 'timespan: 10 minutes #<' }), /timespan/],
  ['a timespan of zero', count({ span: 'timespan: 0m #<' }), /timespan/],
  ['a timespan below zero', count({ span: 'timespan: -5m #<' }), /timespan/],
  ['a timespan with a point', count({ span: 'timespan: 1.5h #<' }), /timespan/],
  ['two units', count({ span: 'timespan: 1h30m #<' }), /timespan/],
  ['no condition', count({ condition: '' }), /condition/],
  ['a condition that is a list', count({ condition: 'condition: [5]' }), /condition/],
  ['a condition in words of a count', count({ condition: 'condition: base #<' }), /condition/],
  ['a condition that compares nothing', count({ condition: 'condition: { field: x } #<' }), /condition/],
  ['an unknown comparison', count({ condition: 'condition: { more: 5 } #<' }), /condition/],
  ['a comparison and something unknown', count({ condition: 'condition: { gte: 5, test: 1 } #<' }), /condition/],
  ['a comparison with a text', count({ condition: 'condition: { gte: many } #<' }), /condition/],
  ['group-by that is a map', count({ group: 'group-by: { a: b } #<' }), /group|text/],
  ['aliases that are a text', count({ aliases: 'aliases: x #<' }), /alias/],
  ['an alias that is a text', count({ aliases: 'aliases: { a: b } #<' }), /alias/],
  ['generate that is a text', count({ generate: 'generate: sometimes #<' }), /generate/],
  ['value_count without a field', count({ type: 'type: value_count' }), /field/],
  ['value_sum without a field', count({ type: 'type: value_sum' }), /field/],
  ['value_percentile without a field', count({ type: 'type: value_percentile' }), /field/],
  ['a percentile above 100', count({ type: 'type: value_percentile', condition: 'condition: { field: x, gte: 5, percentile: 101 } #<' }), /condition|percentile/],
  ['a correlation that is a text', `${base}title: C\ncorrelation: x #<\n`, /correlation/],
  ['a correlation without a title', `${base}correlation:\n  type: event_count\n  rules: [base]\n  timespan: 5m\n  condition: { gte: 2 }\n`, /title/],
]

const filter = (...lines: readonly string[]): string =>
  `title: F\nlogsource: { category: x }\nfilter:\n${lines.map((line) => `  ${line}\n`).join('')}`

// biome-ignore format: one line a case
const filters: readonly (readonly [string, string, RegExp])[] = [
  ['no rules', filter('selection: { a: 1 }', 'condition: not selection'), /rules/],
  ['rules that are a map', filter('rules: { a: b } #<', 'selection: { a: 1 }', 'condition: not selection'), /rules|text/],
  ['no condition', filter('rules: [r]', 'selection: { a: 1 }'), /condition/],
  ['a condition of an unknown selection', filter('rules: [r]', 'selection: { a: 1 }', 'condition: not other #<'), /selection/],
  ['no selection', filter('rules: [r]', 'condition: not selection #<'), /selection|detection/],
  ['a filter that is a text', 'title: F\nlogsource: { category: x }\nfilter: x #<\n', /filter/],
  ['no logsource', 'title: F #<\nfilter:\n  rules: [r]\n  selection: { a: 1 }\n  condition: not selection\n', /logsource/],
  ['an unknown modifier', filter('rules: [r]', 'selection: { a|bogus: 1 } #<', 'condition: not selection'), /modifier/],
]

describe.each([
  ['rules', rules],
  ['correlations', correlations],
  ['filters', filters],
])('%s that are not valid', (_, cases) => {
  test.each(cases)('%s', (_reason, text, code) => {
    const faults = faultsOf(text)
    expect(faults).toHaveLength(1)
    const [fault] = faults
    expect(fault?.severity).toBe('error')
    expect(fault?.file).toBe('case.yml')
    expect(fault?.code).toMatch(code)
    const lines = text.split('\n')
    const marked = lines.findIndex((line) => line.includes('#<')) + 1
    if (marked > 0) expect(fault?.line).toBe(marked)
    else expect(fault?.line).toBeLessThanOrEqual(lines.length)
  })
})

// biome-ignore format: one line a case
const accepted: readonly (readonly [string, string])[] = [
  ['no id', head('author: x')],
  ['a UUID in upper case', head('id: 4F0E5F0C-8D6A-4C1E-9A57-0F6F0C1F7A11')],
  ['a title of 256 characters', `title: ${'x'.repeat(256)}\nlogsource: { category: x }\n${detection}`],
  ['unknown keys', head('custom: { a: [1, { b: c }] }')],
  ['a date with slashes', head('date: 2026/01/31')],
  ['a level in upper case', head('level: HIGH')],
  ['empty lists', head('tags: []\nreferences: []\nfalsepositives: []')],
  ['null for what may be left out', head('status: null\nlevel: null\ndate:\ntags:\nauthor:')],
  ['a single reference without a list', head('references: https://example.com')],
  ['a taxonomy', head('taxonomy: sigma')],
  ['fields', head('fields: [a, b]')],
  ['a comment before and after', `# before\n${head('author: x')}# after\n`],
  ['CRLF at the ends of lines', head('author: x').replaceAll('\n', '\r\n')],
  ['a byte order mark', `\ufeff${head('author: x')}`],
  ['--- at the start', `---\n${head('author: x')}`],
  ['an anchor and an alias', ruleOf('a: &x { f: 1 }\nb: *x\ncondition: a and b')],
  ['no group-by', count({ group: '' })],
  ['one group-by without a list', count({ group: 'group-by: user' })],
  ['one rule without a list', count({ rules: 'rules: base' })],
  ['a range', count({ condition: 'condition: { gt: 1, lte: 5 }' })],
  ['a filter for any rule', filter('rules: any', 'selection: { a: 1 }', 'condition: not selection')],
  ['a filter for one rule without a list', filter('rules: base', 'selection: { a: 1 }', 'condition: not selection')],
]

test.each(accepted)('valid: %s', (_, text) => {
  expect(faultsOf(text)).toEqual([])
})

test('one bad document of several does not stop the others', () => {
  const good = (name: string) => `title: ${name}\nlogsource: { category: x }\n${detection}`
  const text = [
    good('A'),
    'title: [x\n',
    good('B'),
    `title: C\nlevel: no\nlogsource: { category: x }\n${detection}`,
    good('D'),
  ].join('---\n')
  const { documents, faults } = readDocuments(text, 'many.yml')
  expect(documents.map(({ title, line }) => [title, text.split('\n')[line - 1]])).toEqual([
    ['A', 'title: A'],
    ['B', '---'],
    ['D', '---'],
  ])
  expect(faults.map(({ code, line }) => [code, text.split('\n')[line - 1]])).toEqual([
    ['yaml-syntax', expect.anything()],
    ['bad-level', 'level: no'],
  ])
})

test.each([
  ['an unknown modifier', sel('a|contians: x'), 'Did you mean "contains"?'],
  ['an unknown level', head('level: hihg'), 'Did you mean "high"?'],
  ['an unknown selection', cond('sell'), 'Did you mean "sel"?'],
  ['an unknown type', count({ type: 'type: event_cuont' }), 'Did you mean "event_count"?'],
])('the hint for %s', (_, text, hint) => {
  expect(faultsOf(text)[0]?.hint).toContain(hint)
})
