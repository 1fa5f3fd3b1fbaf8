import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { needs, sharedData } from '../../../test/needs.ts'
import { type NormalizedSample, normalizeSamples } from './report.ts'

const receivedAt = Date.UTC(2026, 2, 4)

const fieldsOf = (input: string, more: object = {}): Readonly<Record<string, unknown>> =>
  normalizeSamples([{ id: 'a', kind: 'log', input, ...more }], receivedAt)[0]?.fields ?? {}

describe('normalizeSamples', () => {
  it('answers every sample, even invalid ones', () => {
    const answers = normalizeSamples(
      [{ id: 'x', input: '' }, null, 7, { input: 'text' }, { id: 9, input: { a: 1 } }],
      receivedAt,
    )
    expect(answers.map(({ id, ok }) => [id, ok])).toEqual([
      ['x', false],
      ['2', false],
      ['3', false],
      ['4', true],
      ['9', true],
    ])
  })

  it('keeps the text of rejected records', () => {
    expect(fieldsOf('<34>1 - - -')).toMatchObject({ 'event.original': '<34>1 - - -', 'event.kind': 'pipeline_error' })
  })

  it('returns the parts of a syslog header', () => {
    expect(fieldsOf('<165>1 2026-03-03T09:00:00Z h app 7 ID1 [a@1 k="v"][b] text')).toMatchObject({
      'log.syslog.priority': 165,
      'log.syslog.facility.code': 20,
      'log.syslog.severity.code': 5,
      'log.syslog.version': 1,
      'log.syslog.appname': 'app',
      'log.syslog.procid': '7',
      'log.syslog.msgid': 'ID1',
      timestamp: '2026-03-03T09:00:00.000Z',
      structured_data: [['a@1', 'k', 'v']],
      structured_data_ids: ['a@1', 'b'],
      message: 'text',
    })
  })

  it('returns a time without a year as written, beside the completed one', () => {
    expect(fieldsOf('<13>Mar  3 09:00:00 h app: x')).toMatchObject({
      timestamp: 'Mar  3 09:00:00',
      '@timestamp': '2026-03-03T09:00:00.000Z',
    })
  })

  it.each([
    ['<34>1 - a b - - - one\n<34>1 - a b - - - two\n', 2],
    ['23 <34>1 - a b - - - ümer23 <34>1 - a b - - - three', 2],
  ])('splits framed messages: %j', (input, records) => expect(fieldsOf(input)).toMatchObject({ records }))

  it('treats a line break within a header as an error, not as a frame', () => {
    expect(normalizeSamples([{ id: 'a', input: '<1>1 - - - - m\nid -' }], receivedAt)[0]?.ok).toBe(false)
  })

  it('decodes base64', () => {
    const input = Buffer.from('<13>app: bytes \xff', 'latin1').toString('base64')
    expect(fieldsOf(input, { encoding: 'base64' })).toMatchObject({ message: 'bytes \ufffd' })
  })

  it('counts the records of an OTLP export', () => {
    const record = {
      timeUnixNano: '1772528400000000000',
      body: { stringValue: 'x' },
      attributes: [{ key: 'n', value: { intValue: '1' } }],
    }
    const input = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record, record] }] }] })
    expect(fieldsOf(input)).toMatchObject({ records: 2, message: 'x', 'attributes.n': 1 })
    expect(fieldsOf('{"resourceLogs":[]}')).toMatchObject({ records: 0 })
  })
})

const samples = sharedData('conformance/formats/samples.jsonl')

describe('the format samples', needs(samples), () => {
  interface Sample {
    readonly id: string
    readonly format: string
    readonly valid?: boolean
    readonly expect: Readonly<Record<string, unknown>>
  }
  const given =
    samples.missing === undefined
      ? readFileSync(samples.path, 'utf8')
          .trim()
          .split('\n')
          .map((line): Sample => JSON.parse(line))
      : []
  const answers = new Map<string, NormalizedSample>(
    normalizeSamples(given, receivedAt).map((answer) => [answer.id, answer]),
  )

  it('all have a result', () => expect(given.filter(({ id }) => !answers.has(id))).toEqual([]))

  it('are rejected if invalid', () => {
    expect(given.filter(({ valid, id }) => valid === false && answers.get(id)?.ok !== false)).toEqual([])
  })

  it('are accepted if valid', () => {
    expect(given.filter(({ valid, id }) => valid === true && answers.get(id)?.ok !== true)).toEqual([])
  })

  it('contain host, program, message and priority of syslog', () => {
    const names = {
      hostname: 'host.name',
      appname: 'process.name',
      message: 'message',
      priority: 'log.syslog.priority',
    }
    for (const { id, expect: wanted } of given.filter(
      ({ format, valid }) => format.startsWith('syslog:rfc') && valid === true,
    )) {
      for (const [name, field] of Object.entries(names)) {
        if (wanted[name] !== undefined) expect(answers.get(id)?.fields[field], id).toEqual(wanted[name])
      }
    }
  })
})
