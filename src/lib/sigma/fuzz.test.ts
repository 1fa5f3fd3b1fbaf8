import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { casesOf, deepRun, runs } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { lintFile } from './lint/lint.ts'
import { createEngine, flattenEvent, type Match, readDocuments } from './sigma.ts'

const taxonomy = { kinds: [] }
const logsource = { category: 'c' }
const ruleOf = (detection: string, more = ''): string =>
  `title: T\n${more}logsource: { category: c }\ndetection:\n${detection}\n`
const selectionOf = (selection: string): string => ruleOf(`  sel: ${selection}\n  condition: sel`)

const events: readonly unknown[] = [
  {},
  null,
  [],
  'x',
  { a: 1, b: 'ab', c: [1, null, 'x', { d: 'y' }] },
  { a: 'x'.repeat(100_000) },
  { a: Number.NaN, b: -0, c: 1e308, d: Number.MAX_SAFE_INTEGER + 2 },
  JSON.parse('{ "__proto__": { "a": 1 }, "constructor": "y", "hasOwnProperty": null, "toString": [1] }'),
  { Event: { System: null } },
  { Event: { System: { EventID: { '#text': 1 }, Provider: { '#attributes': null } }, EventData: [1] } },
]

/** Does everything that there is to do with a text and some events. Answers how long it took, in ms. */
const live = (text: string, some: readonly unknown[] = events): number => {
  const start = cpuMs()
  const { documents } = readDocuments(text, 'fuzz.yml')
  const engine = createEngine(documents, { taxonomy })
  for (const [index, event] of some.entries()) {
    const matches = engine.match({ id: `e${index}`, time: index, fields: flattenEvent(event), logsource, text: 'ab' })
    for (const match of matches.slice(0, 5)) if (match.type === 'rule') match.explain()
  }
  createEngine(documents, { taxonomy }).restore(engine.save())
  lintFile(text, 'fuzz.yml', { documents })
  return cpuMs() - start
}

/** Whether it took less than a second, of which other programs on the machine may have taken some. */
const isQuick = (text: string, some?: readonly unknown[]): boolean =>
  live(text, some) < 1000 || live(text, some) < 1000 || live(text, some) < 1000

const seeds: readonly string[] = [
  [
    'title: Shadow Copies',
    'id: 4f0e5f0c-8d6a-4c1e-9a57-0f6f0c1f7a11',
    'name: shadow',
    'status: test',
    'date: 2026-01-10',
    'tags: [attack.impact, attack.t1490]',
    'references:',
    '  - https://example.com',
    'logsource:',
    '  category: c',
    'detection:',
    '  selection_img:',
    "    - a|endswith: '\\vssadmin.exe'",
    '    - b: vssadmin',
    '  selection_cli:',
    '    a|contains|all:',
    '      - delete',
    "      - 'sh?dow*s'",
    "    b|re|i: '^(a|b)[c-e]{1,3}$'",
    '    ip|cidr: 10.0.0.0/8',
    '    n|gte: 5',
    '  filter_main:',
    '    c|windash|contains: " -quiet"',
    '    d: null',
    '  keywords:',
    "    '|all': [x, y]",
    '  condition: 1 of selection_* and not (1 of filter_* or keywords)',
    'level: high',
  ].join('\n'),
  [
    'title: Base',
    'name: base',
    'logsource: { category: c }',
    'detection: { s: { a|exists: true }, condition: s }',
    '---',
    'title: Many',
    'correlation:',
    '  type: value_count',
    '  rules: [base]',
    '  group-by: [b]',
    '  timespan: 5m',
    '  aliases: { b: { base: c } }',
    '  condition: { field: a, gte: 2, lt: 5 }',
    '---',
    'title: Filter',
    'logsource: { category: c }',
    'filter:',
    '  rules: any',
    '  selection: { a|base64offset|contains: abc }',
    '  condition: not selection',
  ].join('\n'),
]

/** Words that mean something somewhere, and what breaks things. */
const words = [
  ':',
  '-',
  '- ',
  '|',
  "'",
  '"',
  '{',
  '}',
  '[',
  ']',
  '*',
  '?',
  '\\',
  '#',
  '&a',
  '*a',
  '!!str ',
  '---\n',
  '\n',
  '\t',
  '  ',
  '<<: ',
  '%',
  '~',
  'null',
  'true',
  '0',
  '-1',
  '1e999',
  '.nan',
  '__proto__',
  'constructor',
  'toString',
  'condition',
  'detection',
  'correlation',
  'filter',
  'them',
  'not ',
  ' and ',
  '1 of ',
  '(',
  ')',
  '|re',
  '|all',
  '|expand',
  '|cidr',
  '|neq',
  '|contains',
  '|wide',
  '|fieldref',
  '\u0000',
  '\ufeff',
  '\ud800',
  'ς',
  '😀',
]

const change = fc.record({
  at: fc.nat(),
  take: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
  put: fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })),
})
const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 8 }))
  .map(([seed, changes]) =>
    changes.reduce((text, { at, take, put }) => {
      const place = at % (text.length + 1)
      return text.slice(0, place) + put + text.slice(place + take)
    }, seed),
  )

describe('no text stops anything', () => {
  test('rules with mistakes', () => {
    fc.assert(
      fc.property(mutated, (text) => isQuick(text)),
      { numRuns: runs(300) },
    )
  })

  test('anything at all', () => {
    const anything = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((some) => some.join('')),
    )
    fc.assert(
      fc.property(anything, (text) => isQuick(text, [{}])),
      { numRuns: runs(300) },
    )
  })

  test('any JSON in any place of a rule', () => {
    const keys = [
      'title',
      'id',
      'name',
      'status',
      'level',
      'date',
      'tags',
      'references',
      'logsource',
      'detection',
      'author',
      'falsepositives',
    ]
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom({ toString: 1 }, { valueOf: null, toString: null }, [[[]]], { __proto__: [] }),
    )
    const detection = fc.dictionary(fc.constantFrom('s', 'condition', '__proto__', 'constructor', 'timeframe'), odd)
    const correlation = fc.dictionary(
      fc.constantFrom('type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'),
      odd,
    )
    const rule = fc
      .tuple(fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 2 }), detection, correlation, fc.nat(2))
      .map(([own, parts, correlated, which]) => {
        const bodies = [
          { detection: parts },
          { correlation: { type: 'temporal', ...correlated } },
          { filter: { rules: 'any', ...parts } },
        ]
        return JSON.stringify({ title: 'T', logsource, ...bodies[which], ...own })
      })
    fc.assert(
      fc.property(rule, (text) => isQuick(text, [{}, { a: 1 }])),
      { numRuns: runs(300) },
    )
  })
})

const nested = (wide: number, deep: number, leaf: string): string =>
  Array.from({ length: deep }, (_, level) => {
    const inner = level === 0 ? leaf : `*b${level - 1}`
    return `x${level}: &b${level} [${Array(wide).fill(inner).join(', ')}]\n`
  }).join('')

const bomb = nested(2, 24, 'x')
const good = '  sel: { a: 1 }\n  condition: sel'

// biome-ignore format: one line a case
const hostile: readonly (readonly [string, string])[] = [
  ['aliases of aliases, as a selection', nested(5, 9, '{ a: 1 }') + ruleOf('  sel: *b8\n  condition: sel')],
  ['aliases of aliases, as an id', `${bomb}id: *b23\n${ruleOf(good)}`],
  ['aliases of aliases, as a level', `${bomb}level: *b23\n${ruleOf(good)}`],
  ['aliases of aliases, as tags', `${bomb}tags: *b23\n${ruleOf(good)}`],
  ['aliases of aliases, as a condition', bomb + ruleOf('  sel: { a: 1 }\n  condition: { a: *b23 }')],
  ['aliases of aliases, in a correlation', `${bomb}title: T\ncorrelation: { type: event_count, rules: [a], timespan: 1m, condition: { gte: *b23 } }`],
  ['an alias within itself', `a: &a [*a]\n${ruleOf(good)}`],
  ['merges of merges', `a: &a { x: 1 }\nb: { <<: [*a, *a, *a] }\n${ruleOf(good)}`],
  ['a map that cannot be a text', `level: { toString: x }\n${ruleOf(good)}`],
  ['lists within lists', '['.repeat(20_000)],
  ['maps within maps', '{ a: '.repeat(20_000)],
  ['dashes', '- '.repeat(20_000)],
  ['parentheses', ruleOf(`  sel: { a: 1 }\n  condition: ${'('.repeat(50_000)}sel${')'.repeat(50_000)}`)],
  ['negations', ruleOf(`  sel: { a: 1 }\n  condition: ${'not '.repeat(50_000)}sel`)],
  ['negations in a correlation', `title: T\ncorrelation: { type: temporal, timespan: 1m, condition: "${'not '.repeat(50_000)} a" }`],
  ['a long condition', ruleOf(`  sel: { a: 1 }\n  condition: ${Array(10_000).fill('sel').join(' or ')}`)],
  ['patterns of many selections', ruleOf(`${Array.from({ length: 1000 }, (_, n) => `  s${n}: { a: ${n} }`).join('\n')}\n  condition: ${Array(1000).fill('1 of s*').join(' or ')}`)],
  ['a pattern of many stars', ruleOf(`  ${'a'.repeat(1000)}: { a: 1 }\n  condition: 1 of ${'a*'.repeat(500)}b`)],
  ['a value of many stars', selectionOf(`{ a: '${'x*?'.repeat(20_000)}' }`)],
  ['a long value', selectionOf(`{ a: '${'x'.repeat(500_000)}' }`)],
  ['a long title', `title: ${'x'.repeat(500_000)}`],
  ['a text that is too long', 'x'.repeat(3_000_000)],
  ['dashes of dashes', selectionOf("{ a|windash|windash: '-a -b -c -d -e' }")],
  ['many values of many dashes', selectionOf(`{ a|windash|contains|all: [${Array(200).fill("'-a -b -c -d -e'").join(', ')}] }`)],
  ['offsets of offsets', selectionOf(`{ a${'|base64offset'.repeat(10)}|contains: abc }`)],
  ['wider and wider', selectionOf(`{ a${'|wide'.repeat(30)}: abc }`)],
  ['wider and wider, of a long text', selectionOf(`{ a${'|wide'.repeat(9)}: ${'x'.repeat(300_000)} }`)],
  ['many modifiers', selectionOf(`{ a${'|contains'.repeat(5_000)}: abc }`)],
  ['many values', selectionOf(`{ a|contains: [${Array.from({ length: 5_000 }, (_, n) => `v${n}`).join(', ')}] }`)],
  ['repetitions of repetitions', selectionOf("{ a|re: '(((a{1,100}){1,100}){1,100})' }")],
  ['expressions that others choke on', selectionOf("{ a|re: '^((((x+)+)+)+)+$' }")],
  ['an expression of groups', selectionOf(`{ a|re: '${'('.repeat(4_000)}${')'.repeat(4_000)}' }`)],
  ['numbers that are none', selectionOf('{ a: .inf, b: .nan, c|gt: .nan, d|lt: -.inf }')],
  ['a threshold beyond all numbers', `title: T\ncorrelation: { type: event_count, rules: [a], timespan: 1m, condition: { gte: 1.0e300 } }`],
  ['a network without end', selectionOf(`{ a|cidr: '1.1.1.1/${'9'.repeat(400)}' }`)],
  ['prototypes as selections', ruleOf('  __proto__: { a: 1 }\n  constructor: [x]\n  condition: __proto__ or 1 of con*')],
  ['prototypes as fields', selectionOf('{ __proto__: x, constructor|contains: y, hasOwnProperty: null }')],
  ['a prototype that would be the document', '__proto__: { title: T, logsource: { category: c } }\ndetection: 5'],
  ['many documents', '---\na: 1\n'.repeat(2_000)],
]

test.each(hostile)('no time is lost on %s', needs(deepRun), (_, text) => {
  expect(isQuick(text)).toBe(true)
})

test('a selection called __proto__ works as any other', () => {
  const { documents, faults } = readDocuments(
    ruleOf('  __proto__: { __proto__: x }\n  condition: __proto__'),
    'proto.yml',
  )
  const engine = createEngine(documents, { taxonomy })
  const match = (json: string): readonly Match[] =>
    engine.match({ id: 'e', time: 0, fields: flattenEvent(JSON.parse(json)), logsource })
  expect(faults).toEqual([])
  expect(match('{ "__proto__": "x" }')).toHaveLength(1)
  expect(match('{ "a": "x" }')).toHaveLength(0)
})

describe('no event stops anything', () => {
  const { documents } = readDocuments([...seeds, selectionOf('{ __proto__: x }')].join('\n---\n'), 'seeds.yml')
  const engine = createEngine(documents, { taxonomy })

  test('any JSON, any time', () => {
    const json = fc.oneof(
      fc.jsonValue({ maxDepth: 5 }),
      fc.dictionary(
        fc.constantFrom('a', 'b', 'c', 'd', 'n', 'ip', '__proto__', 'constructor'),
        fc.jsonValue({ maxDepth: 2 }),
      ),
      fc.object({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
    )
    const time = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 8.64e15, 1e300))
    fc.assert(
      fc.property(json, time, (value, when) => {
        const start = cpuMs()
        for (const match of engine.match({ id: 'e', time: when, fields: flattenEvent(value), logsource })) {
          if (match.type === 'rule') match.explain()
        }
        expect(cpuMs() - start).toBeLessThan(1000)
      }),
      { numRuns: runs(1000) },
    )
  })

  test('deep, wide and long ones', needs(deepRun), () => {
    let deep: unknown = 'x'
    for (let level = 0; level < 50_000; level++) deep = { a: deep }
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`f${n}`, n]))
    const long = { a: 'ab '.repeat(1_000_000), b: Array.from({ length: 50_000 }, (_, n) => n) }
    for (const value of [deep, wide, long]) {
      const start = cpuMs()
      engine.match({ id: 'e', time: 0, fields: flattenEvent(value), logsource })
      expect(cpuMs() - start).toBeLessThan(2000)
    }
  })
})

describe('what correlations remember is bounded', () => {
  const base = 'title: B\nname: b\nlogsource: { category: c }\ndetection: { s: { a: x }, condition: s }\n---\n'
  const correlate = (lines: string): string => `${base}title: C\ncorrelation:\n  rules: [b]\n  timespan: 1d\n${lines}`

  const shapes: readonly (readonly [string, string, number])[] = [
    ['events of one group', correlate('  type: event_count\n  condition: { gte: 500 }'), 50_000],
    ['many groups', correlate('  type: event_count\n  group-by: [g]\n  condition: { gte: 1000 }'), 100_000],
    ['values of one group', correlate('  type: value_count\n  condition: { field: g, gte: 500 }'), 50_000],
  ]
  test.each(casesOf(shapes))(
    '%s',
    (_, text, count) => {
      const { documents, faults } = readDocuments(text, 'state.yml')
      expect(faults).toEqual([])
      const engine = createEngine(documents, { taxonomy })
      const sizes: number[] = []
      for (let n = 0; n < count; n++) {
        engine.match({ id: `event-${n}`, time: n, fields: { a: 'x', g: `group-${(n * 7919) % count}` }, logsource })
        if (n === count / 2 || n === count - 1) sizes.push(engine.save().length)
      }
      const [half = 0, full = 0] = sizes
      expect(full).toBeLessThan(20_000_000)
      expect(full).toBeLessThan(Math.max(half * 1.5, 1_000_000))
    },
    30_000,
  )
})
