import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import { bodyTexts } from './body.ts'

const refusal = (run: () => unknown): AppError => {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}

describe('bodyTexts', () => {
  it.each<[what: string, type: string | undefined, body: unknown, texts: string[]]>([
    ['a list of objects and lines', 'application/json', [{ a: 1 }, 'line'], ['{"a":1}', 'line']],
    ['an object with logs', 'application/json', { logs: [{ a: 1 }, 'x'] }, ['{"a":1}', 'x']],
    ['an object with events', 'application/json', { source: 's', events: [{ a: 1 }] }, ['{"a":1,"source":"s"}']],
    ['an object with records', 'application/json', { records: ['x'] }, ['x']],
    ['an object with data', 'application/json', { data: [{ a: 1 }] }, ['{"a":1}']],
    [
      'an event that has a field "data"',
      'application/json',
      { a: 1, b: 2, c: 3, d: 4, data: ['x'] },
      ['{"a":1,"b":2,"c":3,"d":4,"data":["x"]}'],
    ],
    ['a single object', 'application/json', { msg: 'x' }, ['{"msg":"x"}']],
    ['an empty list', 'application/json', [], []],
    ['JSON as text', 'application/json; charset=utf-8', '[{"a":1}]', ['{"a":1}']],
    ['JSON lines that say they are JSON', 'application/json', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['JSON lines', 'application/x-ndjson', '{"a":1}\r\n\n"line"\n{"b":2}', ['{"a":1}', 'line', '{"b":2}']],
    ['plain lines', 'text/plain', 'a\r\nb\n\n c\n', ['a', 'b', ' c']],
    ['a body without a type that is JSON', undefined, '{"logs":["a","b"]}', ['a', 'b']],
    ['lines without a type that look like JSON', undefined, '{"a":1}\n{"b"', ['{"a":1}', '{"b"']],
    ['an empty body', 'text/plain', '', []],
    [
      'a CloudTrail file',
      'application/json',
      { Records: [{ eventTime: '2026-01-05T10:00:00Z' }] },
      ['{"eventTime":"2026-01-05T10:00:00Z"}'],
    ],
    [
      'Splunk events without anything between them',
      'application/json',
      '{"event":"a"}{"event":"b"}',
      ['{"event":"a"}', '{"event":"b"}'],
    ],
  ])('accepts %s', (_, type, body, texts) =>
    expect(bodyTexts(type, typeof body === 'string' ? body : JSON.stringify(body))).toEqual({ texts }),
  )

  it.each<[what: string, type: string, body: unknown, code: string, where: string]>([
    ['a number in a list', 'application/json', [{}, 7], 'INVALID_REQUEST', 'Record 1'],
    ['a list in a list', 'application/json', { logs: ['a', []] }, 'INVALID_REQUEST', 'Record 1 of "logs"'],
    ['null', 'application/json', null, 'INVALID_REQUEST', 'The body'],
    ['a number as JSON', 'application/json', '12', 'INVALID_REQUEST', 'The body'],
    ['broken JSON', 'application/json', '{"a":', 'INVALID_JSON', 'The body'],
    ['a broken JSON line', 'application/x-ndjson', '{"a":1}\n{"b"\n', 'INVALID_JSON', 'Line 2'],
    ['a JSON line that is a number', 'application/x-ndjson', '{"a":1}\n2\n', 'INVALID_REQUEST', 'Line 2'],
  ])('rejects %s', (_, type, body, code, where) => {
    const error = refusal(() => bodyTexts(type, typeof body === 'string' ? body : JSON.stringify(body)))
    expect(error.code).toBe(code)
    expect(error.message).toContain(where)
    expect(error.hint).toBeTruthy()
  })

  it('does not repeat the body in a message', () => {
    expect(refusal(() => bodyTexts('application/json', '{"token": hunter2}')).message).not.toContain('hunter2')
  })

  it('survives any depth of nesting', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const body = `{"deep":${deep}}`
    try {
      expect(bodyTexts('application/json', body).texts).toEqual([body])
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
    }
  })

  it('throws only documented errors, and returns every record of a list', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('application/json', 'application/x-ndjson', 'text/plain', undefined),
        fc.oneof(fc.string(), fc.json()),
        (type, body) => {
          try {
            const { texts } = bodyTexts(type, body)
            expect(texts.every((text) => typeof text === 'string')).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(AppError)
          }
        },
      ),
    )
  })
})
