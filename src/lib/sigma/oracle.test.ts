import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deepRun, runs } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import type { CorrelationRule, DetectionRule } from './document.ts'
import type { FlatEvent, Scalar } from './event.ts'
import { applies, completes, isTrue, type Seen } from './oracle.fake.ts'
import { createEngine, type Engine, readDocuments, readTaxonomy } from './sigma.ts'

/** Few letters, so that things do match. */
const letter = fc.constantFrom('a', 'a', 'b', 'A', 'B', 'ä', 'Ä', 'Σ', 'ς', '😀', ' ', '-', '/', '.', '1', '\\')
const text = fc.string({ unit: letter, maxLength: 5 })
const pattern = fc.string({ unit: fc.oneof(letter, fc.constantFrom('*', '?', '*')), maxLength: 6 })
const number = fc.constantFrom(-1, 0, 1, 2, 10, 1.5)
const field = fc.constantFrom('a', 'b', 'c.d', 'constructor')
const address = fc.constantFrom('10.0.0.1', '10.1.0.1', '11.0.0.1', '192.168.1.1')
const time = fc.constantFrom('2026-01-02T03:04:05Z', '2026-12-31T23:59:59Z')
const regex = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'ab',
      '.',
      '^',
      '$',
      'a+',
      'b*',
      '(a|b)',
      '[ab]',
      '[^a]',
      'a{1,2}',
      '.{1,2}',
      '[ab]{1,3}',
      '\\.',
      '|',
      'Ä',
      '(?:bb)?',
      'aa',
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(''))

const some = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }))
const optional = (...words: readonly string[]) =>
  fc.subarray([...words]).map((chosen) => chosen.map((word) => `|${word}`).join(''))

const item: fc.Arbitrary<readonly [string, unknown]> = fc.oneof(
  fc.tuple(
    fc.tuple(field, optional('cased', 'all', 'neq')).map((parts) => parts.join('')),
    some(pattern),
  ),
  fc.tuple(
    fc
      .tuple(
        field,
        fc.constantFrom('|contains', '|startswith', '|endswith'),
        optional('cased', 'windash', 'all', 'neq'),
      )
      .map((parts) => parts.join('')),
    some(pattern),
  ),
  fc.tuple(
    fc.tuple(field, fc.constantFrom('', '|neq')).map((parts) => parts.join('')),
    some(fc.oneof(number, fc.boolean(), fc.constant(null))),
  ),
  fc.tuple(
    fc
      .tuple(field, fc.constantFrom('|re', '|re|i', '|re|s', '|re|m|i'), optional('all', 'neq'))
      .map((parts) => parts.join('')),
    some(regex),
  ),
  fc.tuple(
    fc.tuple(field, fc.constantFrom('|lt', '|lte', '|gt', '|gte')).map((parts) => parts.join('')),
    some(number),
  ),
  fc.tuple(
    fc
      .tuple(field, fc.constantFrom('|fieldref', '|fieldref|contains', '|fieldref|startswith', '|fieldref|neq'))
      .map((parts) => parts.join('')),
    some(field),
  ),
  fc.tuple(
    fc.tuple(field, fc.constant('|exists')).map((parts) => parts.join('')),
    fc.boolean(),
  ),
  fc.tuple(
    fc.tuple(field, fc.constantFrom('|cidr', '|cidr|neq')).map((parts) => parts.join('')),
    some(fc.constantFrom('10.0.0.0/8', '10.0.0.0/15', '192.168.1.1/32')),
  ),
  fc.tuple(
    fc
      .tuple(field, fc.constantFrom('|hour', '|hour|gte', '|month', '|day', '|year', '|minute'))
      .map((parts) => parts.join('')),
    some(fc.constantFrom(1, 2, 3, 4, 12, 23, 2026)),
  ),
)

const map = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => Object.fromEntries(items))
const keyword = fc.oneof(
  pattern.filter((word) => word !== ''),
  number,
)
const selection: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: map },
  { weight: 2, arbitrary: fc.array(map, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(keyword, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(keyword, { minLength: 2, maxLength: 3 }).map((words) => ({ '|all': words })) },
  { weight: 1, arbitrary: fc.array(fc.oneof(map, keyword), { minLength: 2, maxLength: 3 }) },
)

const condition: fc.Arbitrary<string> = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('s1', 's2', 'f_1', 's1', '1 of s*', 'all of s*', '1 of them', 'all of them', '2 of *'),
    tie('tree').map((one) => `not ${one}`),
    tie('tree').map((one) => `(${one})`),
    fc.tuple(tie('tree'), fc.constantFrom('and', 'or', 'and not'), tie('tree')).map((words) => words.join(' ')),
  ),
})).tree

const logsource = fc.constantFrom(
  { product: 'p' },
  { category: 'c' },
  { product: 'p', category: 'c' },
  { product: 'q', service: 's' },
)

const rule = fc.record({
  logsource,
  detection: fc.record({ s1: selection, s2: selection, f_1: selection, condition }),
})

const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  { weight: 5, arbitrary: text },
  number,
  fc.boolean(),
  fc.constant(null),
  address,
  time,
)
const event: fc.Arbitrary<FlatEvent> = fc.record(
  {
    id: fc.constant('e'),
    time: fc.constant(0),
    fields: fc.dictionary(field, fc.oneof({ weight: 4, arbitrary: scalar }, fc.array(scalar, { maxLength: 3 })), {
      maxKeys: 4,
    }),
    text,
    logsource: fc.constantFrom({ product: 'p', category: 'c' }, { product: 'q', service: 's' }, { product: 'p' }),
  },
  { requiredKeys: ['id', 'time', 'fields', 'logsource'] },
)

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** JSON is YAML. */
const write = (documents: readonly object[]): string =>
  documents.map((document) => JSON.stringify(document)).join('\n---\n')

test('with many rules at once the engine says what the oracle says', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 40 }),
      fc.array(event, { minLength: 1, maxLength: 12 }),
      (rules, events) => {
        const { documents } = readDocuments(
          write(rules.map((one, n) => ({ title: `R${n}`, id: uuid(n), ...one }))),
          'rules.yml',
        )
        const loaded = documents.filter((document): document is DetectionRule => document.type === 'rule')
        const engine = createEngine(documents, { taxonomy: { kinds: [] } })
        for (const one of events) {
          const found = engine
            .match(one)
            .map((match) => match.rule.title)
            .sort()
          const wanted = loaded
            .filter((own) => applies(one.logsource, own.logsource) && isTrue(own.detection, one))
            .map(({ title }) => title)
            .sort()
          expect(found).toEqual(wanted)
        }
      },
    ),
    { numRuns: runs(800) },
  )
}, 30_000)

const when = fc.oneof(map, fc.array(map, { minLength: 1, maxLength: 2 }))
/** Names of fields that no rule has, only the taxonomy. */
const sent = fc.constantFrom('x.a', 'x', 'y')
const kind = fc.record({
  when,
  logsources: fc.array(logsource, { minLength: 1, maxLength: 2 }),
  fields: fc.dictionary(field, fc.array(fc.oneof(field, sent), { minLength: 1, maxLength: 2 }), { maxKeys: 3 }),
  prefixes: fc.subarray(['c.', 'x.']),
})
/** As events come: of a few sorts, which are alike but for a value or two. */
const alike = fc
  .tuple(
    fc.dictionary(fc.oneof(field, sent), scalar, { maxKeys: 4 }),
    fc.dictionary(field, fc.oneof({ weight: 8, arbitrary: scalar }, fc.array(scalar, { maxLength: 2 })), {
      maxKeys: 3,
    }),
    fc.subarray(['a', 'b', 'c.d', 'x.a', 'x', 'y']),
    fc.array(fc.tuple(scalar, scalar, text), { minLength: 1, maxLength: 30 }),
  )
  .map(([fields, more, varied, values]) =>
    values.map(
      ([odd, even, line]): FlatEvent => ({
        id: 'e',
        time: 0,
        fields: { ...fields, ...Object.fromEntries(varied.map((name, at) => [name, at % 2 === 0 ? even : odd])) },
        more,
        text: line,
      }),
    ),
  )

test('what is worked out once for events that are alike changes nothing', needs(deepRun), () => {
  let known = 0
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 6 }),
      fc.array(kind, { minLength: 1, maxLength: 4 }),
      fc.array(alike, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(1, 2, 4, 64),
      (rules, kinds, sorts, mostValues) => {
        const { documents } = readDocuments(
          write(rules.map((one, n) => ({ title: `R${n}`, id: uuid(n), ...one }))),
          'rules.yml',
        )
        const written = JSON.stringify({ kinds: kinds.map((one, n) => ({ name: `K${n}`, ...one })) })
        const taxonomy = readTaxonomy(written, 'kinds.yml')
        const quick = createEngine(documents, { taxonomy, alike: { after: 0, mostValues } })
        const slow = createEngine(documents, { taxonomy, alike: { after: Number.POSITIVE_INFINITY } })
        const longest = Math.max(...sorts.map(({ length }) => length))
        for (let at = 0; at < longest; at++) {
          for (const one of sorts.flatMap((sort) => sort[at] ?? [])) {
            const titles = (engine: Engine) => engine.match(one).map((match) => match.rule.title)

            expect(titles(quick)).toEqual(titles(slow))
          }
        }
        known += quick.counts.known
      },
    ),
    { numRuns: runs(1500) },
  )

  expect(known).toBeGreaterThan(runs(1000))
})

test('what it explains is there for every match', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 5 }),
      fc.array(event, { minLength: 1, maxLength: 5 }),
      (rules, events) => {
        const { documents } = readDocuments(
          write(rules.map((one, n) => ({ title: `R${n}`, id: uuid(n), ...one }))),
          'rules.yml',
        )
        const engine = createEngine(documents, { taxonomy: { kinds: [] } })
        for (const match of events.flatMap((one) => engine.match(one))) {
          if (match.type === 'rule') expect(Array.isArray(match.explain())).toBe(true)
        }
      },
    ),
    { numRuns: runs(100) },
  )
})

const comparison = fc.record({
  op: fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'neq'),
  number: fc.integer({ min: 0, max: 4 }),
})
const correlation = fc
  .record({
    type: fc.constantFrom(
      'event_count',
      'value_count',
      'value_sum',
      'value_avg',
      'value_min',
      'value_max',
      'temporal',
      'temporal_ordered',
    ),
    rules: fc.subarray(['ra', 'rb', 'rc'], { minLength: 1 }),
    groupBy: fc.subarray(['user', 'host']),
    timespan: fc.constantFrom('5s', '20s', '1m'),
    comparison,
  })
  .map(({ type, rules, groupBy, timespan, comparison: { op, number: wanted } }) => ({
    correlation: {
      type,
      rules,
      'group-by': groupBy,
      timespan,
      ...(!type.startsWith('temporal') && {
        condition: { [op]: wanted, ...(type.startsWith('value') && { field: 'v' }) },
      }),
    },
  }))

const step = fc.record({
  after: fc.integer({ min: 0, max: 8 }),
  action: fc.constantFrom('a', 'b', 'c', 'ab', 'x'),
  user: fc.constantFrom('al', 'bo', null),
  host: fc.constantFrom('h', 'i'),
  v: fc.constantFrom(0, 1, 2, '2', null),
})

test('correlations say what the oracle says of events in order', () => {
  const bases = ['a', 'b', 'c'].map((action, n) => ({
    title: action,
    id: uuid(100 + n),
    name: `r${action}`,
    logsource: { product: 'p' },
    detection: { s: { 'action|contains': action }, condition: 's' },
  }))
  fc.assert(
    fc.property(
      fc.array(correlation, { minLength: 1, maxLength: 5 }),
      fc.array(step, { maxLength: 40 }),
      (correlations, steps) => {
        const own = correlations.map((one, n) => ({ title: `C${n}`, id: uuid(n), ...one }))
        const { documents, faults } = readDocuments(write([...bases, ...own]), 'rules.yml')
        expect(faults).toEqual([])
        const engine = createEngine(documents, { taxonomy: { kinds: [] } })
        const rules = documents.filter((document): document is CorrelationRule => document.type === 'correlation')
        const past: FlatEvent[] = []
        let now = 0
        for (const { after, ...fields } of steps) {
          now += after * 1000
          const one: FlatEvent = { id: `e${past.length}`, time: now, fields, logsource: { product: 'p' } }
          past.push(one)
          const found = engine
            .match(one)
            .filter(({ type }) => type === 'correlation')
            .map((match) => match.rule.title)
          const wanted = rules.filter((correlated) => {
            const seen = past.map(
              (before): Seen => ({
                event: before,
                members: correlated.rules.flatMap((name, index) =>
                  String(before.fields.action).includes(name.slice(1)) ? [index] : [],
                ),
              }),
            )
            return completes(correlated, seen)
          })
          expect(found.sort()).toEqual(wanted.map(({ title }) => title).sort())
        }
      },
    ),
    { numRuns: runs(400) },
  )
}, 30_000)
