import { expect, test } from 'vitest'
import { createEngine, type FlatEvent, readDocuments, readTaxonomy } from '../sigma.ts'
import { createGramMemory } from '../text/gram-memory.ts'
import { createGroup } from './group.ts'
import { createTestLeaves, type Leaf } from './plan.ts'
import { createResolve } from './routes.ts'
import { createValueClasses } from './value-classes.ts'
import { createVerdicts } from './verdicts.ts'
import { createFieldNames } from './view.ts'

const rules = `title: Refused
logsource: { product: p }
detection: { sel: { message|contains: denied }, condition: sel }
---
title: Elsewhere
logsource: { product: q }
detection: { sel: { message|contains: [granted, denied] }, condition: sel }
`
const kinds = `kinds:
  - { name: p, when: { program: door }, logsources: [{ product: p }] }
  - { name: q, when: { program: gate }, logsources: [{ product: q }] }
`
const open = (text: string) =>
  createEngine(readDocuments(text, 'rules.yml').documents, {
    taxonomy: readTaxonomy(kinds, 'kinds.yml'),
    alike: { after: 0, mostValues: 2 },
  })
const event = (message: string, program = 'door'): FlatEvent => ({ id: 'e', time: 0, fields: { program, message } })

test('rules are tried once for events that they cannot distinguish', () => {
  const engine = open(rules)
  const titles = (one: FlatEvent) => engine.match(one).map((match) => match.rule.title)
  const messages = Array.from({ length: 200 }, (_, number) => `${number} ${number % 2 === 0 ? 'granted' : 'Denied'}`)
  expect(messages.map((message) => titles(event(message)).length)).toEqual(messages.map((_, number) => number % 2))
  // The field varies after three values. Then one event of each class is tried.
  expect(engine.counts.known).toBeGreaterThan(190)
  // Other kinds have other rules, which distinguish the same values differently.
  expect(titles(event('201 granted', 'gate'))).toEqual(['Elsewhere'])
})

test('a field that turns out to vary costs no knowledge of events without it', () => {
  const engine = open(`${rules}---
title: Badge
logsource: { product: q }
detection: { sel: { badge|endswith: '13' }, condition: sel }
`)
  const badge = (number: number): FlatEvent => ({ id: 'e', time: 0, fields: { program: 'gate', badge: `b${number}` } })
  const isKnown = (one: FlatEvent) => {
    const before = engine.counts.known
    engine.match(one)
    return engine.counts.known > before
  }
  for (let round = 0; round < 3; round++) engine.match(event('granted'))
  for (let number = 0; number < 8; number++) expect(engine.match(badge(number))).toHaveLength(0)
  expect(isKnown(event('granted'))).toBe(true)
  expect(isKnown(badge(9))).toBe(true)
  expect(engine.match(badge(13))).toHaveLength(1)
})

test('an exclusion is checked only for events that the rest of its rule matches', () => {
  const engine = open(`title: Refused
logsource: { product: p }
detection: { sel: { message|contains: denied }, keywords: [tailgate], condition: sel and not keywords }
`)
  for (let number = 0; number < 200; number++) expect(engine.match(event(`${number} granted tailgate`))).toEqual([])
  expect(engine.counts.known).toBeGreaterThan(190)
  expect(engine.match(event('denied'))).toHaveLength(1)
  expect(engine.match(event('denied: tailgate'))).toEqual([])
  expect(engine.match(event('1 denied'))).toHaveLength(1)
})

test('rules with keywords are tried for each event', () => {
  const engine = open(`${rules}---
title: Word
logsource: { product: p }
detection: { keywords: [tailgate], condition: keywords }
`)
  for (let number = 0; number < 20; number++) expect(engine.match(event(`${number} granted`))).toEqual([])
  expect(engine.match(event('a tailgate'))).toHaveLength(1)
  expect(engine.counts.known).toBe(0)
})

test('a value that is a list passes the tests that one of its texts passes', () => {
  const engine = open(rules)
  const list = (...message: string[]): FlatEvent => ({ id: 'e', time: 0, fields: { program: 'door', message } })
  for (let round = 0; round < 3; round++) {
    expect(engine.match(list('granted', 'denied'))).toHaveLength(1)
    expect(engine.match(list('granted'))).toHaveLength(0)
    expect(engine.match(list())).toHaveLength(0)
  }
})

test('a text that is in nearly every value leads only to its own rule', () => {
  const engine = open(`title: Path
logsource: { product: p }
detection: { sel: { message|startswith: / }, other: { program: other }, condition: sel and not other }
---
title: Script
logsource: { product: p }
detection: { sel: { 'message|re': '/(?:cgi|bin)/[^/]+\\.sh$' }, condition: sel }
---
title: Secret
logsource: { product: p }
detection: { sel: { message|contains: secret }, condition: sel }
`)
  const titles = (message: string) => engine.match(event(message)).map((match) => match.rule.title)
  for (let number = 0; number < 3000; number++) {
    const path = `/${number}`
    expect(titles(path)).toEqual(['Path'])
    if (number % 100 > 0) continue
    expect(titles(path.slice(1))).toEqual([])
    expect(titles(`${path}/cgi/${number}.sh`)).toEqual(['Path', 'Script'])
    expect(titles(`${number}secret`)).toEqual(['Secret'])
  }
  expect(engine.counts.known).toBeGreaterThan(2900)
})

/** Rules of which each time is counted that one of their expressions is tried. */
const countExpressions = (text: string) => {
  const names = createFieldNames()
  const { list, plan } = createTestLeaves(names)
  const rules = readDocuments(text, 'rules.yml').documents.flatMap((document) =>
    document.type === 'rule' ? document : [],
  )
  const plans = rules.map(({ detection }) => plan(detection))
  const counts = { tried: 0 }
  const counted = list.map((leaf): Leaf => {
    const { test: one } = leaf
    if (one.type !== 'regex') return leaf
    const matches = (value: string): boolean => {
      counts.tried += 1
      return one.matches(value)
    }
    return { ...leaf, test: { ...one, matches } }
  })
  return { names, plans, leaves: { list: counted, plan }, counts }
}

const sessions = `title: Sessions
logsource: { product: p }
detection: { sel: { 'message|re|i': 'sessions? (?:used|exhausted)' }, condition: sel }
`

test('a value beyond ASCII is tried only for the expressions of which it has a text', () => {
  const { leaves, counts } = countExpressions(sessions)
  const classes = createValueClasses(leaves, [0])
  const passes = (text: string) => classes.of(text).passed.size > 0
  expect(passes('Größe der Datei geändert')).toBe(false)
  expect(counts.tried).toBe(0)
  expect(passes('Größe: alle SESSIONS USED')).toBe(true)
  // RE2 takes the long s for an s of another case.
  expect(passes('Größe: alle \u017fe\u017f\u017fions used')).toBe(true)
  expect(passes('Größe: alle Se\u017fsion\u017f USED')).toBe(true)
  expect(counts.tried).toBe(3)
})

const compare = (text: string) => {
  const { names, plans, leaves, counts } = countExpressions(text)
  const numbers = [...plans.keys()]
  const groups = [createGroup(numbers, plans, leaves, createGramMemory())]
  const likenessOf = createVerdicts<boolean>({
    plans,
    leaves,
    names,
    kinds: [],
    sources: [{ logsource: {}, numbers }],
    routeOf: () => ({ groups, resolve: createResolve([], names) }),
    alike: { after: 0, mostValues: 100_000 },
  })
  const look = (fields: FlatEvent['fields']): void => {
    const likeness = likenessOf({ id: 'e', time: 0, fields })
    if (likeness) likeness.verdict = true
  }
  return { look, counts }
}

test('the classes of values stay known when events of many shapes come', () => {
  const { look, counts } = compare(sessions)
  for (let number = 0; number < 12_000; number++) look({ message: 'all sessions used', [`field${number}`]: 1 })
  expect(counts.tried).toBe(1)
})

test('the classes of values are forgotten when they are many', () => {
  const letters = [...'abcdefghijklm']
  const { look, counts } = compare(
    letters.reduce(
      (text, letter) => `${text}---
title: ${letter}
logsource: { product: p }
detection: { sel: { code|contains: '<${letter}>' }, condition: sel }
`,
      sessions,
    ),
  )
  for (let bits = 0; bits < 2 ** letters.length; bits++) {
    const code = letters.flatMap((letter, at) => ((bits >> at) & 1 ? `<${letter}>` : [])).join('')
    const one = { message: 'all sessions used', code, [`field${bits}`]: 1 }
    // Events are compared only while verdicts come again.
    look(one)
    look(one)
  }
  expect(counts.tried).toBe(2)
})
