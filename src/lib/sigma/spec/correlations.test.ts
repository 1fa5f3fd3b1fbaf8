import { describe, expect, test } from 'vitest'
import { createEngine, flattenEvent, readDocuments } from '../sigma.ts'
import { engineOf } from './case.fake.ts'

const logsource = { category: 'conformance' }

const base = (letter: string): string =>
  [
    `title: Action ${letter}`,
    `id: 33333333-0000-4000-8000-00000000000${letter}`,
    `name: r${letter}`,
    'logsource: { category: conformance }',
    `detection: { s: { action|contains: ${letter} }, condition: s }`,
    'level: low',
  ].join('\n')

const bases = ['a', 'b', 'c'].map(base).join('\n---\n')

const correlationOf = (lines: readonly string[], title = 'C', name = ''): string =>
  [`title: ${title}`, ...(name ? [`name: ${name}`] : []), 'correlation:', ...lines.map((line) => `  ${line}`)].join(
    '\n',
  )

const count = (...lines: readonly string[]): readonly string[] => [
  'type: event_count',
  'rules: [ra]',
  'group-by: [user]',
  'timespan: 60s',
  ...lines,
]
const valued = (type: string, ...lines: readonly string[]): readonly string[] => [
  `type: ${type}`,
  'rules: [ra]',
  'group-by: [user]',
  'timespan: 60s',
  ...lines,
]
const temporal = (type: string, rules: string, ...lines: readonly string[]): readonly string[] => [
  `type: ${type}`,
  `rules: [${rules}]`,
  'group-by: [user]',
  'timespan: 60s',
  ...lines,
]

/** `12 ab user=bo v=5` happened at 12 s, matches ra and rb; `user` is `al` where it does not say. `user=` takes it away. */
const eventOf = (text: string): { time: number; event: Record<string, string> } => {
  const [time = '', action = '', ...fields] = text.replace('!', '').trim().split(/\s+/)
  const event: Record<string, string> = { action, user: 'al' }
  for (const field of fields) {
    const [name = '', value = ''] = field.split('=')
    if (value === '') delete event[name]
    else event[name] = value
  }
  return { time: Number(time) * 1000, event }
}

/** The lines of a correlation named C, and events of which those with `!` complete it. */
type Case = readonly [reason: string, correlation: readonly string[], events: readonly string[]]

// biome-ignore format: one line a case
const counting: readonly Case[] = [
  ['gte', count('condition: { gte: 3 }'), ['0 a', '1 a', '2 a !', '3 a !']],
  ['gt', count('condition: { gt: 2 }'), ['0 a', '1 a', '2 a !']],
  ['eq', count('condition: { eq: 2 }'), ['0 a', '1 a !', '2 a']],
  ['neq', count('condition: { neq: 2 }'), ['0 a !', '1 a', '2 a !']],
  ['lt', count('condition: { lt: 2 }'), ['0 a !', '1 a']],
  ['lte', count('condition: { lte: 2 }'), ['0 a !', '1 a !', '2 a']],
  ['a range', count('condition: { gt: 1, lt: 4 }'), ['0 a', '1 a !', '2 a !', '3 a']],
  ['other events do not count', count('condition: { gte: 2 }'), ['0 a', '1 b', '2 c', '3 a !']],
  ['groups are apart', count('condition: { gte: 2 }'), ['0 a', '1 a user=bo', '2 a user=cy', '3 a user=bo !', '4 a !']],
  ['groups of two fields', ['type: event_count', 'rules: [ra]', 'group-by: [user, host]', 'timespan: 60s', 'condition: { gte: 2 }'], ['0 a host=x', '1 a host=y', '2 a user=bo host=x', '3 a host=x !']],
  ['fields of a group do not run into one another', ['type: event_count', 'rules: [ra]', 'group-by: [user, host]', 'timespan: 60s', 'condition: { gte: 2 }'], ['0 a user=ab host=c', '1 a user=a host=bc', '2 a user=a host=b,c', '3 a user=a,b host=c']],
  ['without group-by all count together', ['type: event_count', 'rules: [ra]', 'timespan: 60s', 'condition: { gte: 2 }'], ['0 a', '1 a user=bo !']],
  ['an event without the field of the group does not count', count('condition: { gte: 2 }'), ['0 a user=', '1 a user=', '2 a', '3 a !']],
  ['the window slides', count('condition: { gte: 3 }'), ['0 a', '30 a', '61 a', '89 a !', '122 a', '140 a !']],
  ['an event of just the timespan ago is within', count('condition: { gte: 2 }'), ['0 a', '60 a !']],
  ['a moment more is not', count('condition: { gte: 2 }'), ['0 a', '60.001 a']],
  ['equal times', count('condition: { gte: 3 }'), ['5 a', '5 a', '5 a !']],
  ['an event that comes late counts at its own time', count('condition: { gte: 3 }'), ['0 a', '20 a', '10 a !']],
  ['too late is too late', count('condition: { gte: 2 }'), ['100 a', '10 a', '101 a !']],
  ['after a pause it restarts', count('condition: { gte: 2 }'), ['0 a', '1 a !', '500 a', '501 a !']],
  ['several rules count together', ['type: event_count', 'rules: [ra, rb]', 'group-by: [user]', 'timespan: 60s', 'condition: { gte: 3 }'], ['0 a', '1 b', '2 c', '3 a !']],
  ['an event of two rules is one event', ['type: event_count', 'rules: [ra, rb]', 'group-by: [user]', 'timespan: 60s', 'condition: { gte: 3 }'], ['0 ab', '1 ab', '2 ab !']],
  ['rules by their id', ['type: event_count', 'rules: [33333333-0000-4000-8000-00000000000a]', 'group-by: [user]', 'timespan: 60s', 'condition: { gte: 2 }'], ['0 a', '1 a !']],
  ['one rule without a list', ['type: event_count', 'rules: ra', 'group-by: user', 'timespan: 60s', 'condition: { gte: 2 }'], ['0 a', '1 a !']],
  ['minutes', [...count('condition: { gte: 2 }').filter((line) => !line.startsWith('timespan')), 'timespan: 2m'], ['0 a', '120 a !', '241 a']],
  ['hours', [...count('condition: { gte: 2 }').filter((line) => !line.startsWith('timespan')), 'timespan: 1h'], ['0 a', '3600 a !', '7201 a']],
  ['days', [...count('condition: { gte: 2 }').filter((line) => !line.startsWith('timespan')), 'timespan: 1d'], ['0 a', '86400 a !', '172801 a']],
  ['weeks', [...count('condition: { gte: 2 }').filter((line) => !line.startsWith('timespan')), 'timespan: 1w'], ['0 a', '604800 a !', '1209601 a']],
]

// biome-ignore format: one line a case
const values: readonly Case[] = [
  ['value_count counts different values', valued('value_count', 'condition: { field: v, gte: 3 }'), ['0 a v=1', '1 a v=1', '2 a v=2', '3 a v=3 !']],
  ['and forgets those that left the window', valued('value_count', 'condition: { field: v, gte: 2 }'), ['0 a v=1', '61 a v=2', '62 a v=1 !']],
  ['a value seen again stays', valued('value_count', 'condition: { field: v, gte: 2 }'), ['0 a v=1', '50 a v=1', '70 a v=2 !']],
  ['events without the field do not count', valued('value_count', 'condition: { field: v, gte: 2 }'), ['0 a v=1', '1 a', '2 a v=2 !']],
  ['value_count with eq', valued('value_count', 'condition: { field: v, eq: 2 }'), ['0 a v=1', '1 a v=2 !', '2 a v=2 !', '3 a v=3']],
  ['value_count with an event that comes late', valued('value_count', 'condition: { field: v, gte: 3 }'), ['0 a v=1', '20 a v=2', '10 a v=2', '15 a v=3 !']],
  ['too late for the newest window', valued('value_count', 'condition: { field: v, gte: 2 }'), ['0 a v=1', '100 a v=2', '10 a v=3', '101 a v=3 !']],
  ['eq with an event that comes late', valued('value_count', 'condition: { field: v, eq: 2 }'), ['0 a v=1', '20 a v=3 !', '30 a v=4', '10 a v=2 !']],
  ['value_count by group', valued('value_count', 'condition: { field: v, gte: 2 }'), ['0 a v=1', '1 a v=2 user=bo', '2 a v=2 !']],
  ['value_count of two fields counts pairs', valued('value_count', 'condition: { field: [v, w], gte: 3 }'), ['0 a v=1 w=1', '1 a v=1 w=2', '2 a v=1 w=1', '3 a v=2 w=1 !']],
  ['value_sum', valued('value_sum', 'condition: { field: v, gt: 10 }'), ['0 a v=5', '1 a v=5', '2 a v=1 !']],
  ['value_sum within the window', valued('value_sum', 'condition: { field: v, gte: 10 }'), ['0 a v=9', '61 a v=9', '62 a v=1 !']],
  ['value_sum of what is no number', valued('value_sum', 'condition: { field: v, gte: 10 }'), ['0 a v=9', '1 a v=many', '2 a v=1 !']],
  ['value_sum with a point and below zero', valued('value_sum', 'condition: { field: v, gte: 1 }'), ['0 a v=0.5', '1 a v=-0.5', '2 a v=0.75', '3 a v=0.5 !']],
  ['value_avg', valued('value_avg', 'condition: { field: v, gt: 50 }'), ['0 a v=10', '1 a v=20', '2 a v=300 !', '3 a v=1 !', '4 a v=1 !', '5 a v=1 !', '6 a v=1']],
  ['value_avg with lt', valued('value_avg', 'condition: { field: v, lt: 5 }'), ['0 a v=10', '1 a v=4', '2 a v=0 !']],
  ['value_min', valued('value_min', 'condition: { field: v, lt: 5 }'), ['0 a v=10', '1 a v=4 !', '2 a v=9 !']],
  ['value_max', valued('value_max', 'condition: { field: v, gte: 9 }'), ['0 a v=1', '1 a v=9 !', '62 a v=2']],
  ['value_median', valued('value_median', 'condition: { field: v, gte: 5 }'), ['0 a v=1', '1 a v=100 !', '2 a v=2', '3 a v=101 !']],
  ['value_percentile 0 is the least', valued('value_percentile', 'condition: { field: v, gte: 5, percentile: 0 }'), ['0 a v=6 !', '1 a v=4', '2 a v=9']],
  ['value_percentile 100 is the most', valued('value_percentile', 'condition: { field: v, gte: 5, percentile: 100 }'), ['0 a v=4', '1 a v=6 !', '2 a v=1 !']],
  ['value_percentile 50 is the middle', valued('value_percentile', 'condition: { field: v, eq: 3, percentile: 50 }'), ['0 a v=1', '1 a v=9', '2 a v=3 !']],
]

// biome-ignore format: one line a case
const together: readonly Case[] = [
  ['temporal: all rules in any order', temporal('temporal', 'ra, rb'), ['0 b', '10 a !']],
  ['temporal: each event that finds the others', temporal('temporal', 'ra, rb'), ['0 a', '10 b !', '20 a !', '79 b !', '80 c', '200 b']],
  ['temporal: one is missing', temporal('temporal', 'ra, rb, rc'), ['0 a', '1 b', '2 a']],
  ['temporal: three', temporal('temporal', 'ra, rb, rc'), ['0 c', '1 a', '2 b !']],
  ['temporal: too far apart', temporal('temporal', 'ra, rb'), ['0 a', '61 b']],
  ['temporal: at the end of the timespan', temporal('temporal', 'ra, rb'), ['0 a', '60 b !']],
  ['temporal: by group', temporal('temporal', 'ra, rb'), ['0 a', '1 b user=bo', '2 b !']],
  ['temporal: at the same time', temporal('temporal', 'ra, rb'), ['0 a', '0 b !']],
  ['temporal: one event that matches both', temporal('temporal', 'ra, rb'), ['0 ab !']],
  ['temporal: an event that comes late', temporal('temporal', 'ra, rb'), ['10 b', '5 a !']],
  ['temporal: at least so many rules', temporal('temporal', 'ra, rb, rc', 'condition: { gte: 2 }'), ['0 a', '1 a', '2 c !']],
  ['temporal: in words, and', temporal('temporal', 'ra, rb', 'condition: ra and rb'), ['0 a', '1 b !']],
  ['temporal: in words, or', temporal('temporal', 'ra, rb, rc', 'condition: ra and (rb or rc)'), ['0 a', '1 c !']],
  ['temporal: in words, without a list', ['type: temporal', 'group-by: [user]', 'timespan: 60s', 'condition: ra and rb'], ['0 a', '1 b !']],
  ['ordered: in order', temporal('temporal_ordered', 'ra, rb'), ['0 a', '10 b !']],
  ['ordered: in the wrong order', temporal('temporal_ordered', 'ra, rb'), ['0 b', '10 a']],
  ['ordered: wrong first, right then', temporal('temporal_ordered', 'ra, rb'), ['0 b', '10 a', '20 b !']],
  ['ordered: three', temporal('temporal_ordered', 'ra, rb, rc'), ['0 a', '1 b', '2 c !']],
  ['ordered: three in a wrong order', temporal('temporal_ordered', 'ra, rb, rc'), ['0 a', '1 c', '2 b']],
  ['ordered: others in between', temporal('temporal_ordered', 'ra, rb, rc'), ['0 a', '1 a', '2 b', '3 a', '4 b', '5 c !']],
  ['ordered: not by the last event of another step', temporal('temporal_ordered', 'ra, rb'), ['0 a', '1 b !', '2 a']],
  ['ordered: too far apart', temporal('temporal_ordered', 'ra, rb'), ['0 a', '61 b']],
  ['ordered: the first step has left the window', temporal('temporal_ordered', 'ra, rb, rc'), ['0 a', '30 b', '61 c']],
  ['ordered: by group', temporal('temporal_ordered', 'ra, rb'), ['0 a', '1 b user=bo', '2 b !']],
  ['ordered: one event is not two steps', temporal('temporal_ordered', 'ra, rb'), ['0 ab', '1 b !']],
  ['ordered: an event that comes late takes its place', temporal('temporal_ordered', 'ra, rb'), ['10 b', '5 a !']],
]

const alias = [
  'type: temporal',
  'rules: [ra, rb]',
  'group-by: [ip]',
  'timespan: 60s',
  'aliases:',
  '  ip:',
  '    ra: src',
  '    rb: dst',
]

// biome-ignore format: one line a case
const aliases: readonly Case[] = [
  ['aliases join fields of different names', alias, ['0 a src=1', '1 b dst=2', '2 b dst=1 !']],
  ['and do not look at the others', alias, ['0 a src=1', '1 b src=1', '2 b dst=1 !']],
  ['two aliases', ['type: temporal', 'rules: [ra, rb]', 'group-by: [here, there]', 'timespan: 60s', 'aliases:', '  here: { ra: src, rb: dst }', '  there: { ra: dst, rb: src }'], ['0 a src=1 dst=2', '1 b src=1 dst=2', '2 b src=2 dst=1 !']],
  ['an alias beside a field', ['type: temporal', 'rules: [ra, rb]', 'group-by: [user, ip]', 'timespan: 60s', 'aliases:', '  ip: { ra: src, rb: dst }'], ['0 a src=1', '1 b dst=1 user=bo', '2 b dst=1 !']],
]

/** The events at which the correlation called C matched. */
const completed = (text: string, events: readonly string[]): boolean[] => {
  const engine = engineOf(text)
  return events.map((line, index) => {
    const { time, event } = eventOf(line)
    const matches = engine.match({ id: `e${index}`, time, fields: flattenEvent(event), logsource })
    return matches.some(({ type, rule }) => type === 'correlation' && rule.title === 'C')
  })
}

describe.each([
  ['event_count', counting],
  ['value_*', values],
  ['temporal', together],
  ['aliases', aliases],
])('%s', (_, cases) => {
  test.each(cases)('%s', (_reason, correlation, events) => {
    const text = `${bases}\n---\n${correlationOf(correlation)}`
    expect(completed(text, events)).toEqual(events.map((line) => line.includes('!')))
  })
})

describe('correlations of correlations', () => {
  const many = correlationOf(count('condition: { gte: 3 }'), 'Many', 'many')

  test('many of one, then another', () => {
    const text = [bases, many, correlationOf(temporal('temporal_ordered', 'many, rb'))].join('\n---\n')
    const events = ['0 b', '1 a', '2 a', '3 b', '4 a', '5 b !', '6 b user=bo']
    expect(completed(text, events)).toEqual(events.map((line) => line.includes('!')))
  })

  test('in any order of the file', () => {
    const text = [correlationOf(temporal('temporal_ordered', 'many, rb')), many, bases].join('\n---\n')
    const events = ['1 a', '2 a', '3 a', '5 b !']
    expect(completed(text, events)).toEqual(events.map((line) => line.includes('!')))
  })

  test('the upper one groups by its own fields', () => {
    const upper = ['type: event_count', 'rules: [many]', 'group-by: [host]', 'timespan: 1h', 'condition: { gte: 2 }']
    const text = [bases, many, correlationOf(upper)].join('\n---\n')
    const events = [
      '0 a host=x',
      '1 a host=x',
      '2 a host=x',
      '3 a user=bo host=x',
      '4 a user=bo host=x',
      '5 a user=bo host=x !',
    ]
    expect(completed(text, events)).toEqual(events.map((line) => line.includes('!')))
  })

  test('those in a cycle are reported and do not run', () => {
    const circle = (name: string, other: string) =>
      correlationOf(['type: event_count', `rules: [${other}]`, 'timespan: 60s', 'condition: { gte: 1 }'], name, name)
    const { documents } = readDocuments([circle('x', 'y'), circle('y', 'x')].join('\n---\n'), 'circle.yml')
    const engine = createEngine(documents, { taxonomy: { kinds: [] } })
    expect(engine.faults).toHaveLength(2)
    expect(engine.active).toHaveLength(0)
  })

  test('one that refers to nothing is reported, and the others run', () => {
    const lost = correlationOf(
      ['type: event_count', 'rules: [nothing]', 'timespan: 60s', 'condition: { gte: 1 }'],
      'Lost',
    )
    const { documents } = readDocuments([bases, lost].join('\n---\n'), 'lost.yml')
    const engine = createEngine(documents, { taxonomy: { kinds: [] } })
    expect(engine.faults.map(({ message }) => message)).toEqual([expect.stringContaining('"nothing"')])
    expect(engine.active).toHaveLength(3)
  })
})

describe('the reports of the rules below', () => {
  const titlesAt = (more: readonly string[]): string[] => {
    const engine = engineOf(`${bases}\n---\n${correlationOf(count('condition: { gte: 2 }', ...more))}`)
    return ['0 a', '1 a', '2 b'].flatMap((line) => {
      const { time, event } = eventOf(line)
      return engine.match({ id: line, time, fields: event, logsource }).map(({ rule }) => rule.title)
    })
  }

  test.each([
    ['nothing, unless it is asked for', [], ['C', 'Action b']],
    ['nothing with generate: false', ['generate: false'], ['C', 'Action b']],
    ['all of it with generate: true', ['generate: true'], ['Action a', 'Action a', 'C', 'Action b']],
  ])('%s', (_, more, titles) => expect(titlesAt(more)).toEqual(titles))
})

test('a match says its group, its value and its events', () => {
  const engine = engineOf(`${bases}\n---\n${correlationOf(count('condition: { gte: 3 }'))}`)
  const matches = [0, 1, 2].flatMap((n) =>
    engine.match({ id: `e${n}`, time: n, fields: { action: 'a', user: 'al' }, logsource }),
  )
  expect(matches).toMatchObject([
    {
      type: 'correlation',
      eventId: 'e2',
      time: 2,
      group: { user: 'al' },
      value: 3,
      eventCount: 3,
      events: [
        { id: 'e0', time: 0, rule: 'ra' },
        { id: 'e1', time: 1, rule: 'ra' },
        { id: 'e2', time: 2, rule: 'ra' },
      ],
    },
  ])
})

test.each([
  ['event_count', count('condition: { gte: 3 }'), ['0 a', '1 a'], '2 a'],
  ['value_sum', valued('value_sum', 'condition: { field: v, gte: 10 }'), ['0 a v=5', '1 a v=4'], '2 a v=1'],
  ['temporal_ordered', temporal('temporal_ordered', 'ra, rb, rc'), ['0 a', '1 b'], '2 c'],
])('%s continues where it was saved', (_, correlation, before, last) => {
  const text = `${bases}\n---\n${correlationOf(correlation)}`
  const show = (engine: ReturnType<typeof engineOf>, line: string) => {
    const { time, event } = eventOf(line)
    return engine.match({ id: line, time, fields: event, logsource }).filter(({ type }) => type === 'correlation')
      .length
  }
  const first = engineOf(text)
  for (const line of before) expect(show(first, line)).toBe(0)
  const second = engineOf(text)
  second.restore(first.save())
  expect(show(second, last)).toBe(1)
  expect(show(engineOf(text), last)).toBe(0)
})

test('of more groups than it may have, it forgets the one that was quiet longest', () => {
  const { documents } = readDocuments(`${bases}\n---\n${correlationOf(count('condition: { gte: 2 }'))}`, 'case.yml')
  const engine = createEngine(documents, { taxonomy: { kinds: [] }, maxGroups: 2 })
  const users = ['al', 'bo', 'al', 'cy', 'bo', 'cy', 'dy', 'bo', 'dy']
  const completedBy = users.filter((user, n) => {
    const matches = engine.match({ id: `e${n}`, time: n, fields: { action: 'a', user }, logsource })
    return matches.some(({ rule }) => rule.title === 'C')
  })
  // al twice; then bo is gone when cy comes, and al when bo comes back; cy twice; then bo is gone again; dy twice.
  expect(completedBy).toEqual(['al', 'cy', 'dy'])
})

test('it forgets groups whose time is over, except the last thousand', () => {
  const { documents } = readDocuments(`${bases}\n---\n${correlationOf(count('condition: { gte: 2 }'))}`, 'case.yml')
  const engine = createEngine(documents, { taxonomy: { kinds: [] } })
  const meet = (user: string, time: number): boolean =>
    engine.match({ id: user, time, fields: { action: 'a', user }, logsource }).some(({ rule }) => rule.title === 'C')
  const saved = (): number => engine.save().length
  const [many, second] = [5_000, 1_000]
  for (let n = 0; n < many; n++) expect(meet(`quick ${n}`, n)).toBe(false)
  expect(meet('quick 0', many)).toBe(true)
  const atOnce = saved()
  for (let n = 0; n < many; n++) meet(`slow ${n}`, (60 + n) * 60 * second)
  expect(saved()).toBeLessThan(atOnce / 3)
  // Of a clock that is late.
  expect(meet(`slow ${many - 900}`, (60 + many - 900) * 60 * second)).toBe(true)
})
