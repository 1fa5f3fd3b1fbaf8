import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../../test/cpu-clock.ts'
import { casesOf, deepRun, runs } from '../../../../test/depth.ts'
import { needs } from '../../../../test/needs.ts'
import { splitLines, type TextLine } from '../lines.ts'
import { joinContinuations } from './continuations.ts'
import { joinDocuments } from './documents.ts'

const read = (text: string | Buffer, size = 65_536, longest?: number): TextLine[] => {
  const splitter = splitLines({ inParts: true, ...(longest !== undefined && { longest }) })
  const joiner = joinDocuments(joinContinuations())
  const bytes = Buffer.from(text)
  const found: TextLine[] = []
  for (let at = 0; at < bytes.length; at += size)
    found.push(...joiner.push(splitter.push(bytes.subarray(at, at + size))))
  found.push(...joiner.push(splitter.flush()), ...joiner.flush())
  return found
}
const texts = (text: string, size?: number): string[] => read(text, size).map((line) => line.text)

const event = (i: number) => ({
  eventTime: `2026-01-05T10:00:${String(i % 60).padStart(2, '0')}Z`,
  eventName: 'GetObject',
  id: i,
})
const events = (count: number) => Array.from({ length: count }, (_, i) => event(i))
const lines = (count: number) => events(count).map((one) => JSON.stringify(one))

describe('joinDocuments', () => {
  it.each([
    ['one line', JSON.stringify({ Records: events(3) })],
    ['many lines', JSON.stringify({ Records: events(3) }, null, 2)],
    ['many lines, indented by four', JSON.stringify({ Records: events(3) }, null, 4)],
    [
      'many lines, indented by tabs, with carriage returns',
      JSON.stringify({ Records: events(3) }, null, '\t').replaceAll('\n', '\r\n'),
    ],
    ['a list', JSON.stringify(events(3))],
    ['a list over many lines', JSON.stringify(events(3), null, 2)],
    ['a list with one item a line', `[\n${lines(3).join(',\n')}\n]\n`],
    ['a list with its commas in front', `[${lines(3).join('\n,')}\n]\n`],
    ['items with a comma each', `${lines(3).join(',\n')}\n`],
    ['objects without anything between them', lines(3).join('')],
    [
      'objects over many lines, one behind the other',
      events(3)
        .map((one) => JSON.stringify(one, null, 2))
        .join('\n'),
    ],
    [
      'objects over many lines, without anything between them',
      events(3)
        .map((one) => JSON.stringify(one, null, 2))
        .join(''),
    ],
    [
      'a bulk request',
      lines(3)
        .map((line) => `{"index":{"_index":"logs"}}\n${line}\n`)
        .join(''),
    ],
    ['a byte order mark before it', `\ufeff${JSON.stringify({ Records: events(3) })}`],
  ])('reads records in %s', (_name, text) => {
    expect(texts(text)).toEqual(lines(3))
    expect(texts(text, 7)).toEqual(lines(3))
  })

  it('finds documents between other lines, and passes those unchanged', () => {
    const trace = 'Jan 5 10:00:00 web java: Exception\n\tat com.example.Main'
    const text = [
      trace,
      JSON.stringify({ Records: events(2) }, null, 2),
      '[error] no',
      '[2026-01-05 10:00:00] x',
      '{foo: 1} bar',
      '["a","b"]',
      lines(1)[0],
    ].join('\n')
    expect(texts(text)).toEqual([
      trace,
      ...lines(2),
      '[error] no',
      '[2026-01-05 10:00:00] x',
      '{foo: 1} bar',
      '["a","b"]',
      ...lines(1),
    ])
  })

  it('numbers records by their first line', () => {
    const text = `first\n${JSON.stringify({ Records: events(2) }, null, 2)}\nlast`
    expect(read(text).map(({ number }) => number)).toEqual([1, 4, 9, 16])
  })

  it('returns the complete records of an incomplete document, and its rest as one broken record', () => {
    const whole = JSON.stringify({ Records: events(3) })
    expect(texts(whole.slice(0, -40))).toEqual([...lines(2), expect.stringMatching(/^\{"eventTime"/)])
    const pretty = JSON.stringify({ Records: events(3) }, null, 2)
    expect(texts(pretty.slice(0, -60))).toEqual([...lines(2), expect.stringMatching(/^\{\n\s+"eventTime"/)])
    expect(texts(`${pretty.slice(0, -60)}\n${lines(1)[0]}`).at(-1)).toBe(lines(1)[0])
    // One record per line, as the AWS CLI and others write them.
    const rows = `{"Records":[\n${lines(3).join(',\n')}\n]}\n`
    expect(texts(rows.slice(0, -20))).toEqual([...lines(2), lines(3)[2]?.slice(0, -16)])
    expect(texts(`{"Records":[\n${lines(2).join(',')} x\n${lines(1)[0]}`)).toEqual([...lines(2), 'x', ...lines(1)])
    // Even if the document ends between two records.
    expect(texts(`{"Records":[${lines(2).join(',')}`)).toEqual([...lines(2), expect.stringMatching(/^\{"Records":/)])
  })

  it('continues after a malformed record of a document', () => {
    const [one, two, three] = lines(3)
    expect(texts(`{"Records":[${one},{"eventTime":oops},${two}]}\n${three}`)).toEqual([
      one,
      '{"eventTime":oops}',
      two,
      three,
    ])
    const pretty = JSON.stringify({ Records: events(4) }, null, 2).replace('"id": 1\n', '"id": 1 "x\n')
    const found = texts(pretty)
    expect(found).toEqual(expect.arrayContaining([lines(4)[0], lines(4)[2], lines(4)[3]]))
    expect(found.some((text) => text.includes('"x'))).toBe(true)
  })

  it('separates broken lines', () => {
    expect(texts('{"a":1}\n{"a":\n{"b":2}\n{"c":3,\n{"d":[\n{"e":4}\n')).toEqual(
      expect.arrayContaining(['{"a":1}', '{"a":', '{"b":2}', '{"c":3,', '{"e":4}']),
    )
    expect(texts('{\n  foo: 1,\n  bar: 2\n}\nnext')).toEqual(['{\n  foo: 1,\n  bar: 2', '}', 'next'])
  })

  it('does not complete a broken record', () => {
    const broken = '{"time":"2026-01-05T10:00:00Z","msg":"x","steps":[{"name":"a"},{"name":"b'
    expect(texts(broken)).toEqual([broken])
  })

  const layouts: readonly (readonly [string, (value: unknown) => string])[] = [
    ['one line', (value) => JSON.stringify(value)],
    ['many lines', (value) => JSON.stringify(value, null, 1)],
  ]
  it.each(casesOf(layouts))('reads documents longer than any record in %s', needs(deepRun), (_name, write) => {
    const document = {
      owner: '1',
      logGroup: 'g',
      logEvents: Array.from({ length: 30_000 }, (_, i) => ({
        id: String(i),
        timestamp: 1767607200000 + i,
        message: `line é${i}`,
      })),
    }
    const text = write(document)
    expect(text.length).toBeGreaterThan(1_900_000)
    const found = read(text, 10_007)
    expect(found).toHaveLength(30_000)
    expect(found.at(-1)?.text).toBe(JSON.stringify({ ...document.logEvents.at(-1), owner: '1', logGroup: 'g' }))
    expect(found.every(({ cut }) => !cut)).toBe(true)
    expect(read(`${text}\n${text}`).length).toBe(60_000)
    const truncated = read(text.slice(0, -30))
    expect(truncated.length).toBe(30_000)
    expect(() => JSON.parse(truncated.at(-1)?.text ?? '')).toThrow()
  })

  it('reads long lists within lists', needs(deepRun), () => {
    const long = runs(30_000)
    const stream = (app: string, count: number) => ({
      stream: { app },
      values: Array.from({ length: count }, (_, i) => [
        `17676072${String(i).padStart(5, '0')}000000`,
        `line ${i} ${'x'.repeat(40)}`,
      ]),
    })
    const found = texts(JSON.stringify({ streams: [stream('a', 3), stream('b', long), stream('c', 2)] }))
    expect(found.length).toBe(long + 5)
    expect(found.filter((text) => text.includes('"app":"b"'))).toHaveLength(long)
    const records = Array.from({ length: 20_000 }, (_, i) => ({
      timeUnixNano: String(1767607200000000000n + BigInt(i)),
      body: { stringValue: `x ${'y'.repeat(60)}` },
    }))
    const otlp = {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'pay' } }] },
          scopeLogs: [{ scope: { name: 's' }, logRecords: records }],
        },
      ],
    }
    const exported = texts(JSON.stringify(otlp))
    expect(exported.length).toBe(20_000)
    expect(exported.every((text) => text.includes('"resource":{"attributes"') && text.includes('"scope"'))).toBe(true)
  })

  it('cuts a record that is too long, and reads those around it', () => {
    const long = { ...event(1), x: 'y'.repeat(3_000_000), list: [{ a: 1 }, { a: 2 }] }
    const found = read(JSON.stringify({ Records: [event(0), long, ...events(20_000)] }))
    expect(found.length).toBe(20_002)
    expect(found[1]).toMatchObject({ cut: true })
    expect(found.filter(({ cut }) => cut)).toHaveLength(1)
    expect(found.at(-1)?.text).toBe(lines(20_000).at(-1))
  })

  it('returns the same records whatever the chunks, and never throws', () => {
    const line = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'{}[]",:\\ax1 \t'), maxLength: 12 }),
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '  "a": 1,',
        '{"a":1}',
        '{"a":1},',
        '{"Records": [',
        '  {"time":"2026-01-05T10:00:00Z"},',
        ']}',
        '  at x',
        'text',
      ),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (all, size) => {
        const text = all.join('\n')
        expect(texts(text, size)).toEqual(texts(text))
      }),
      { numRuns: runs(3_000) },
    )
  })

  it('takes linear time', () => {
    for (const hostile of ['[\n', '{\n', '{"a":[\n', '{"a":1,\n', '[{"a":1}\n', '[{\n', '{"a":{"b":[{"c":1},\n']) {
      const began = cpuMs()
      read(hostile.repeat(runs(20_000)))
      // Quadratic time would be minutes.
      expect(cpuMs() - began).toBeLessThan(30_000)
    }
  })
})
