import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { cpuMs } from '../../../test/cpu-clock.ts'
import { runs } from '../../../test/depth.ts'
import type { Accessor, FilterValue } from './filter.ts'
import { FilterSyntaxError, parseFilter } from './filter.ts'

interface Item {
  readonly text: string
  readonly [field: string]: FilterValue
}

const ladder = ['info', 'low', 'high'] as const
const accessor: Accessor<Item> = {
  reader: (name) => (item) => (Object.hasOwn(item, name) ? item[name] : undefined),
  text: (item) => item.text,
  kind: (name) => (name === 'time' ? 'time' : name === 'message' ? 'text' : name === 'severity' ? ladder : undefined),
}
const now = Date.UTC(2024, 11, 10, 12)
const item: Item = {
  text: 'Failed password for root from 203.0.113.9: pam_unix(sshd:session) C:\\Windows\\x "quoted" a:b',
  user: 'Root',
  'source.ip': '203.0.113.9',
  'destination.ip': '2001:DB8::1',
  path: '/etc/passwd',
  win: 'C:\\Windows\\System32',
  mac: '00:1b:44:11:3a:b7',
  net: '10.0.0.0/8',
  status: 404,
  size: '80',
  dry: true,
  tags: ['a', 'Beta', 3],
  severity: 'low',
  message: 'Connection closed by peer',
  time: Date.UTC(2024, 11, 10, 6, 30),
  'event.start': '2024-12-09T10:00:00Z',
  empty: '',
  wide: 'x*y?z',
}

const matches = (text: string, subject: Item = item): boolean => parseFilter(text, { now }).bind(accessor)(subject)
const attempt = (text: string): FilterSyntaxError | undefined => {
  try {
    parseFilter(text, { now })
    return undefined
  } catch (error) {
    if (error instanceof FilterSyntaxError) return error
    throw error
  }
}
const fault = (text: string): FilterSyntaxError => {
  const error = attempt(text)
  if (error) return error
  throw new Error(`"${text}" parsed.`)
}

describe('parseFilter', () => {
  it.each([
    '',
    '  ',
    '*',
    '*:*',
    'fail', // a part of a word, in any case
    '"for root from"',
    'failed root',
    'fail*root',
    'r?ot',
    'user:root',
    'user:"ROOT"',
    'user:ro*',
    'user:r?ot',
    'user:(admin OR root)',
    'user:*',
    '-user:admin',
    '!user:admin',
    'NOT user:admin',
    'NOT absent:x',
    '-absent:*',
    'source.ip:203.0.113.0/24',
    'source.ip:203.0.113.9',
    'destination.ip:2001:db8::/32',
    'destination.ip:2001:db8:0:0:0:0:0:1',
    'net:10.0.0.0/8', // the text itself, too
    'net:"10.0.0.0/8"',
    'path:/etc/passwd',
    'path:/etc/*',
    'win:C:\\Windows\\System32',
    'win:"C:\\\\Windows\\\\System32"',
    'mac:00:1b:44:11:3a:b7',
    '"a:b"',
    'a\\:b',
    'pam_unix(sshd:session)',
    '203.0.113.9:',
    'C:\\Windows',
    'status:404',
    'status:404.0',
    'status:>400',
    'status:>=404',
    'status>=404',
    '(status>403)',
    'status<="404"',
    'severity>=low AND status<405',
    'NOT status>404',
    'status:<=404',
    'status:[400 TO 499]',
    'status:{403 TO 405}',
    'status:[* TO 404]',
    'status:>"400"',
    'size:>79', // digits in text are a number when compared
    'dry:true',
    'tags:beta',
    'tags:3',
    'tags:>2',
    'severity:>info',
    'severity:>=low',
    'severity:[low TO high]',
    'message:closed', // running text
    'message:conn*peer',
    'time:2024-12-10',
    'time:>now-6h',
    'time:>=2024-12-10',
    'time:[2024-12-10T06:00 TO 2024-12-10T06:30]', // minutes are whole minutes
    'time:1733812200',
    'time:>1733812199000',
    'event.start:<now',
    'event.start:[2024-12-09 TO 2024-12-09]',
    'empty:""',
    'wide:x\\*y\\?z',
    'wide:"x*y?z"',
    'nothing OR fail AND root', // AND binds tighter than OR
    'fail OR nothing AND nothing',
    'NOT nothing AND fail',
    'fail && root || nothing',
    '(nothing OR fail) (root)',
  ])('%s matches', (text) => {
    expect(matches(text)).toBe(true)
  })

  it.each([
    'nothing',
    'fail nothing',
    '(fail OR root) nothing',
    'NOT fail',
    'user:roo',
    'user:"ro*"', // no wildcards in quotation marks
    'user:oo*',
    'absent:*',
    'absent:x',
    'constructor:*',
    'source.ip:203.0.114.0/24',
    'destination.ip:0.0.0.0/0', // IPv6 is not in it
    'source.ip:::/0',
    'status:404.5',
    'status:>404',
    'status:{404 TO 499]',
    'status:[404 TO 404}',
    'status:>word',
    'tags:(gamma OR 4)',
    'severity:>low',
    'severity:>unknown',
    'severity:<unknown',
    'time:2024-12-11',
    'time:>2024-12-10', // after the whole day
    'time:<2024-12-10',
    'time:>nonsense',
    'wide:x\\*y',
  ])('%s does not match', (text) => {
    expect(matches(text)).toBe(false)
  })

  it.each([
    ['(a', 0, '(a)'],
    ['a)', 1, 'a'],
    ['a AND', 2, 'a'],
    ['a AND OR b', 2, 'a OR b'],
    ['OR b', 0, 'b'],
    ['NOT', 0, '"NOT"'],
    ['()', 0, '(user:root OR user:admin)'],
    ['"abc', 0, '"abc"'],
    ['user:"abc', 5, 'user:"abc"'],
    ['user:', 0, 'user:value, or "user:" to look for it in the text'],
    ['user: root', 0, 'user:root, or "user:" to look for it in the text'],
    ['a - b', 2, '-word, or "-" to look for the sign itself'],
    ['x:10.0.0.0/33', 2, 'x:10.0.0.0/32, or x:"10.0.0.0/33" for exactly this text'],
    ['x:10.0/8', 2, 'x:10.0.0.0/8, or x:"10.0/8" for exactly this text'],
    ['x:2001:db8::/200', 2, 'x:2001:db8::/128, or x:"2001:db8::/200" for exactly this text'],
    ['x:[1 to 2]', 2, 'x:[1 TO 5], or x:"[…" when the value begins with a bracket'],
    ['x:[9 TO 1]', 2, 'x:[1 TO 9]'],
    ['x:>', 2, 'x:>80'],
    [`${'('.repeat(51)}a${')'.repeat(51)}`, 50, 'Take parentheses away.'],
    ['!'.repeat(60).concat('a'), 50, 'Take parentheses away.'],
    ['a '.repeat(201), 400, 'Use a wildcard or a network instead of a long list.'],
  ])('says what is wrong with %s', (text, position, hint) => {
    expect(fault(text)).toMatchObject({ position, hint })
  })

  it.each(['a->b', 'List<String>', 'x=>y', '<script>', 'a>', 'a\\>b', '"status>=404"', 'C:\\a>dir'])(
    'looks for %s in the text',
    (text) => {
      expect(parseFilter(text, { now }).fields).toEqual([])
    },
  )

  it('refuses what is too long', () => {
    expect(fault('a'.repeat(4_001)).position).toBe(4_000)
    expect(fault(`x:${'a'.repeat(300)}*`).message).toContain('may have 256')
    expect(matches('a'.repeat(4_000))).toBe(false)
  })

  it('lists what every match must contain', () => {
    const tokens = (text: string) => parseFilter(text, { now }).tokens
    expect(tokens('Fail "For Root" x*y -not (a OR b) user:c')).toEqual(['fail', 'for root', 'x', 'y'])
    expect(tokens('a OR b')).toEqual([])
  })
})

const value = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: anyCharacter, maxLength: 8 }),
  fc.constantFrom(
    'root',
    '10.0.0.0/8',
    '2001:db8::1',
    'a:b',
    '/etc/passwd',
    'C:\\x',
    '80',
    'now-24h',
    '2024-12-10',
    '*',
    'TO',
  ),
)
const grammar = fc.letrec<{ term: string; filter: string }>((tie) => ({
  term: fc.oneof(
    value.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`),
    fc
      .tuple(fc.constantFrom('user', 'source.ip', 'status', 'tags', 'time', 'severity'), value)
      .map(([field, text]) => `${field}:"${text.replace(/["\\]/g, '\\$&')}"`),
    fc.constantFrom(
      'fail*',
      'user:r?ot',
      'user:*',
      'source.ip:203.0.113.0/24',
      'status:[400 TO 499}',
      'status:>400',
      'status>=400',
      'word',
    ),
  ),
  filter: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    tie('term'),
    fc.tuple(tie('filter'), fc.constantFrom(' AND ', ' OR ', ' '), tie('filter')).map((parts) => parts.join('')),
    tie('filter').map((inner) => `(${inner})`),
    tie('filter').map((inner) => `NOT (${inner})`),
    tie('term').map((inner) => `-${inner}`),
  ),
})).filter
const items = fc.record({
  text: value,
  user: fc.oneof(fc.constant('root'), value),
  'source.ip': fc.constantFrom('203.0.113.9', '10.1.2.3', '::1'),
  status: fc.oneof(fc.integer({ min: 390, max: 510 }), fc.constantFrom('404', 'none')),
  tags: fc.array(fc.oneof(value, fc.boolean(), fc.integer())),
})

describe('any filter', () => {
  it('parses or is refused with a hint, and nothing else happens', () => {
    const pieces = fc.constantFrom(
      ...'()[]{}"*?:-!\\&|<>= ',
      'AND',
      'OR',
      'NOT',
      'TO',
      'user',
      '10.0.0.0/8',
      'now-1h',
      '9',
    )
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, items, (filter, subject) => {
        try {
          parseFilter(filter, { now }).bind(accessor)(subject)
        } catch (error) {
          expect(error).toBeInstanceOf(FilterSyntaxError)
          expect(error).toMatchObject({ hint: expect.stringMatching(/./), position: expect.any(Number) })
        }
      }),
      { numRuns: runs(2_000) },
    )
  })

  it('means the same once written out', () => {
    fc.assert(
      fc.property(grammar, items, (text, subject) => {
        const filter = parseFilter(text, { now })
        const again = parseFilter(filter.text, { now })
        expect(again.text).toBe(filter.text)
        expect(again.bind(accessor)(subject)).toBe(filter.bind(accessor)(subject))
      }),
      { numRuns: runs(1_000) },
    )
  })

  it('finds its tokens in whatever it matches', () => {
    fc.assert(
      fc.property(grammar, items, (text, subject) => {
        const filter = parseFilter(text, { now })
        fc.pre(filter.bind(accessor)(subject))
        for (const token of filter.tokens) expect(subject.text.toLowerCase()).toContain(token)
      }),
    )
  })

  it('takes its operators for what they are', () => {
    fc.assert(
      fc.property(grammar, grammar, items, (left, right, subject) => {
        const [a, b] = [matches(left, subject), matches(right, subject)]
        expect(matches(`(${left}) AND (${right})`, subject)).toBe(a && b)
        expect(matches(`(${left}) (${right})`, subject)).toBe(a && b)
        expect(matches(`(${left}) OR (${right})`, subject)).toBe(a || b)
        expect(matches(`NOT (${left})`, subject)).toBe(!a)
      }),
    )
  })

  it('takes no longer than its length allows', () => {
    const hostile = [
      '('.repeat(4_000),
      'a('.repeat(2_000),
      `x:[${'"\\'.repeat(1_990)}`,
      '\\'.repeat(4_000),
      '-'.repeat(4_000),
      `"${'\\"'.repeat(1_990)}`,
    ]
    const started = cpuMs()
    for (const text of hostile) attempt(text)
    const subject = { text: 'a'.repeat(100_000) }
    for (const text of [
      'a*'.repeat(100).concat('b'),
      `${'*a?'.repeat(80)}b`,
      `${'a'.repeat(250)}?b`,
      'x'.repeat(4_000),
    ])
      matches(text, subject)
    expect(cpuMs() - started).toBeLessThan(2_000)
  })
})
