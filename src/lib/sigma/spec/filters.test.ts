import { describe, expect, test } from 'vitest'
import { createEngine, readDocuments } from '../sigma.ts'
import { engineOf, type Json, ruleOf } from './case.fake.ts'

const id = (n: number): string => `33333333-0000-4000-8000-00000000000${n}`

const rule = (n: number, logsource = '{ category: conformance, product: p }'): string =>
  [
    `title: R${n}`,
    `id: ${id(n)}`,
    `name: r${n}`,
    `logsource: ${logsource}`,
    'detection:',
    `  sel: { a: x }`,
    '  condition: sel',
  ].join('\n')

const filter = (
  rules: string,
  more: Readonly<{ selection?: string; condition?: string; logsource?: string }> = {},
): string => {
  const {
    selection = '{ user|startswith: adm_ }',
    condition = 'not selection',
    logsource = '{ category: conformance }',
  } = more
  return [
    'title: F',
    `logsource: ${logsource}`,
    'filter:',
    `  rules: ${rules}`,
    `  selection: ${selection}`,
    `  condition: ${condition}`,
  ].join('\n')
}

const event = (fields: Json) => ({
  id: 'e',
  time: 0,
  fields: fields as Record<string, string>,
  logsource: { category: 'conformance', product: 'p' },
})
const admin = { a: 'x', user: 'adm_jo' }
const other = { a: 'x', user: 'jo' }

/** Which rules match an event, of a text of rules and filters. */
const titles = (documents: readonly string[], fields: Json): string[] =>
  engineOf(documents.join('\n---\n'))
    .match(event(fields))
    .map(({ rule }) => rule.title)

// biome-ignore format: one line a case
const cases: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
  ['no filter', [rule(1), rule(2)], ['R1', 'R2'], ['R1', 'R2']],
  ['one rule by its id', [rule(1), rule(2), filter(`[${id(1)}]`)], ['R2'], ['R1', 'R2']],
  ['one rule by its name', [rule(1), rule(2), filter('[r1]')], ['R2'], ['R1', 'R2']],
  ['one rule without a list', [rule(1), rule(2), filter('r1')], ['R2'], ['R1', 'R2']],
  ['several rules', [rule(1), rule(2), rule(3), filter('[r1, r3]')], ['R2'], ['R1', 'R2', 'R3']],
  ['any rule', [rule(1), rule(2), filter('any')], [], ['R1', 'R2']],
  ['all rules', [rule(1), rule(2), filter('all')], [], ['R1', 'R2']],
  ['any in a list', [rule(1), filter('[any]')], [], ['R1']],
  ['an empty list: any', [rule(1), filter('[]')], [], ['R1']],
  ['a filter before its rule', [filter('[r1]'), rule(1)], [], ['R1']],
  ['two filters', [rule(1), filter('[r1]'), filter('[r1]', { selection: '{ user: jo }' })], [], []],
  ['without not, only what is selected stays', [rule(1), filter('[r1]', { condition: 'selection' })], ['R1'], []],
  ['a longer condition', [rule(1), filter('[r1]', { condition: 'not (selection and selection)' })], [], ['R1']],
  ['a filter of less', [rule(1), filter('any', { logsource: '{ product: p }' })], [], ['R1']],
  ['a filter of the same', [rule(1), filter('any', { logsource: '{ category: conformance, product: p }' })], [], ['R1']],
  ['a filter of another log source', [rule(1), filter('any', { logsource: '{ product: q }' })], ['R1'], ['R1']],
  ['a filter of more than the rule says', [rule(1, '{ category: conformance }'), filter('any', { logsource: '{ category: conformance, product: p }' })], ['R1'], ['R1']],
  ['a named rule of another log source', [rule(1), filter('[r1]', { logsource: '{ category: other }' })], ['R1'], ['R1']],
  ['a filter with a selection called as that of the rule', [rule(1), filter('[r1]').replaceAll('selection', 'sel')], [], ['R1']],
  ['a filter on what is not there', [rule(1), filter('[r1]', { selection: '{ nothing: x }' })], ['R1'], ['R1']],
  ['a filter by null', [rule(1), filter('[r1]', { selection: '{ nothing: null }' })], [], []],
]

test.each(cases)('%s', (_, documents, ofAdmin, ofOther) => {
  expect([titles(documents, admin), titles(documents, other)]).toEqual([ofAdmin, ofOther])
})

test('a filter over a rule with "or" filters all of it', () => {
  const either = ruleOf('s1: { a: x }\ns2: { b: x }\ncondition: s1 or s2', `id: ${id(1)}\n`)
  const documents = [either, filter(`[${id(1)}]`)]
  expect(titles(documents, { a: 'x', user: 'adm_jo' })).toEqual([])
  expect(titles(documents, { b: 'x', user: 'adm_jo' })).toEqual([])
  expect(titles(documents, { b: 'x' })).toEqual(['Case'])
})

test('what is filtered does not count in correlations', () => {
  const many = 'title: Many\ncorrelation:\n  type: event_count\n  rules: [r1]\n  timespan: 1m\n  condition: { gte: 2 }'
  const engine = engineOf([rule(1), filter('[r1]'), many].join('\n---\n'))
  const counts = [admin, other, admin, other].map((fields) => engine.match(event(fields)).length)
  expect(counts).toEqual([0, 0, 0, 1])
})

describe('filters that do nothing are reported', () => {
  test.each([
    ['a rule that there is not', filter('[nothing]')],
    ['a placeholder that nobody gave values', filter('[r1]', { selection: "{ user|expand: '%admins%' }" })],
  ])('%s', (_, text) => {
    const { documents, faults } = readDocuments([rule(1), text].join('\n---\n'), 'case.yml')
    const engine = createEngine(documents, { taxonomy: { kinds: [] } })
    expect(faults).toEqual([])
    expect(engine.faults).toHaveLength(1)
    expect(engine.match(event(admin))).toHaveLength(1)
  })
})
