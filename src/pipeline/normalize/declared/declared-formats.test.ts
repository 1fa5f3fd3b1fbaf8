import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { dump, load } from 'js-yaml'
import { afterAll, describe, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { AppError } from '../../../errors.ts'
import { parseRecord } from '../parse-record.ts'
import { createDeclaredFormat, formatFile } from './declared-format.ts'
import { bundledFormats, readFormats } from './declared-formats.ts'

const bundled = resolve(import.meta.dirname, '../../../../formats')
const own = mkdtempSync(join(tmpdir(), 'formats-'))
afterAll(() => rmSync(own, { recursive: true }))

const recordOf = (text: string) => ({ text, source: 'test', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: 0 })

const files = readdirSync(bundled).map((name) => formatFile.parse(load(readFileSync(join(bundled, name), 'utf8'))))

describe.each(files)('the format $name', ({ name, samples }) => {
  it.each(samples)('reads its sample %#', ({ line, fields }) => {
    const parsed = parseRecord(recordOf(line))
    expect({
      ...parsed.fields,
      message: parsed.message,
      ...(parsed.time !== undefined && { '@timestamp': new Date(parsed.time).toISOString() }),
    }).toMatchObject(fields)
    expect(parsed.format).toBe(name)
  })

  it('reads its samples in syslog', () => {
    const [sample] = samples
    const parsed = parseRecord(recordOf(`<14>Dec 10 09:32:20 fw-01 app: ${sample?.line}`))
    expect(parsed.format.endsWith(name)).toBe(true)
  })
})

const gate = `name: acme/gate
summary: Gates of Acme.
starts: ['GATE ']
templates: ['GATE %{device.id} opened by %{user.name} at %{@timestamp}', 'GATE %{device.id} %{event.action}']
set: { observer.vendor: Acme }
samples: [{ line: 'GATE 14 opened by alice at 2026-12-10T09:32:20Z', fields: { user.name: alice } }]
`

const readOwn = (content: string) => {
  writeFileSync(join(own, 'gate.yml'), content)
  return readFormats([own])
}

describe('readFormats', () => {
  it('fills in the message of a line that has none', () => {
    const format = `name: acme/door
summary: Doors of Acme.
starts: ['DOOR,']
columns: '- device.id event.action event.outcome message'
message: 'Door %{device.id} %{event.action} %{event.outcome}'
samples: [{ line: 'DOOR,14,open,failure,', fields: { device.id: '14' } }]
`
    const messageOf = (line: string) => parseRecord(recordOf(line), readOwn(format)).message
    expect(messageOf('DOOR,14,open,failure,stuck')).toBe('stuck')
    expect(messageOf('DOOR,14,open,failure,')).toBe('Door 14 open failure')
    expect(messageOf('DOOR,14,,failure,')).toBe('Door 14 failure')
    expect(messageOf('DOOR,,,,')).toBe('DOOR,,,,')
  })

  it('reads the formats of a folder', () => {
    const parsed = parseRecord(recordOf('GATE 14 opened by alice at 2026-12-10T09:32:20Z'), readOwn(gate))
    expect(parsed).toMatchObject({
      format: 'acme/gate',
      time: Date.UTC(2026, 11, 10, 9, 32, 20),
      fields: { 'device.id': '14', 'user.name': 'alice', 'observer.vendor': 'Acme' },
    })
    expect(parseRecord(recordOf('GATE 14 jammed'), readOwn(gate)).fields['event.action']).toBe('jammed')
  })

  it('replaces a bundled format by an own one', () => {
    const formats = readOwn(gate.replace('acme/gate', 'cisco-umbrella/dns'))
    expect(formats.get(34)).toBeUndefined()
    expect(bundledFormats().get(34)).toHaveLength(1)
  })

  it.each([
    ['broken YAML', 'name: [', 'gate.yml'],
    ['an unknown key', `${gate}nonsense: 1\n`, 'nonsense'],
    ['no way to divide a line', gate.replace(/templates.*\n/, ''), 'one of templates, columns and pairs'],
    [
      'fields without a text between them',
      gate.replace('%{device.id} opened', '%{device.id}%{a}'),
      'between two fields',
    ],
  ])('rejects %s', (_, content, text) => {
    const read = () => readOwn(content)
    expect(read).toThrow(AppError)
    expect(read).toThrow(expect.objectContaining({ errors: [expect.objectContaining({})] }))
    try {
      read()
    } catch (error) {
      expect(JSON.stringify((error as AppError).errors)).toContain(text)
    }
  })

  it('rejects a folder that does not exist', () => {
    expect(() => readFormats(['/nowhere'])).toThrow('/nowhere')
  })
})

/** Formats and lines are made of these texts, so they often fit. */
const part = fc.constantFrom(
  'GATE ',
  'a',
  '%{x}',
  '%{@timestamp}',
  '%{}',
  ' ',
  '  ',
  ',',
  '"',
  '=',
  '(a+)+$',
  '.*',
  '\\',
  'é',
  '\ud800',
  '9',
)
const texts = (most: number) => fc.array(part, { minLength: 1, maxLength: most }).map((parts) => parts.join(''))
const name = fc.constantFrom(
  'x',
  'user.name',
  '@timestamp',
  'message',
  'source.ip',
  '-',
  '__proto__',
  'constructor',
  'toString',
)
const division = fc.oneof(
  fc.record({
    templates: fc.array(
      texts(12).map((text) => `%{y}|${text}`),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  fc.record(
    {
      columns: fc.array(name, { minLength: 2, maxLength: 9 }).map((names) => names.join(' ')),
      separator: fc.constantFrom(',', '|', ' ', '"', '.'),
      where: fc.dictionary(fc.constantFrom('1', '2', '99'), texts(2)),
    },
    { requiredKeys: ['columns'] },
  ),
  fc.constant({ pairs: true }),
)
const document = fc
  .tuple(
    division,
    fc.array(
      texts(2).map((text) => text.slice(0, 64)),
      { minLength: 1, maxLength: 3 },
    ),
    fc.dictionary(name, fc.constantFrom('v', 1, true)),
  )
  .map(([way, starts, set]) => ({
    name: 'acme/any',
    summary: 'Any.',
    starts,
    set,
    samples: [{ line: 'x', fields: {} }],
    ...way,
  }))

describe('any declared format', () => {
  it('is refused with its faults, or reads any line', () => {
    let read = 0
    fc.assert(
      fc.property(document, fc.array(texts(40), { minLength: 1, maxLength: 5 }), (written, lines) => {
        const parsed = formatFile.safeParse(written)
        if (!parsed.success) return
        let format: ReturnType<typeof createDeclaredFormat>
        try {
          format = createDeclaredFormat(parsed.data)
        } catch (error) {
          expect((error as Error).message).toContain('template')
          return
        }
        for (const line of lines) {
          for (const start of ['', ...written.starts]) {
            const found = format.parse(recordOf(start + line))
            if (!found) continue
            read += 1
            expect(found.message.length).toBeGreaterThan(0)
            for (const value of Object.values(found.fields))
              expect(['string', 'number', 'boolean', 'object']).toContain(typeof value)
          }
        }
      }),
      { numRuns: runs(3_000) },
    )
    // The lines are random, so how many fit varies much in a short run.
    expect(read).toBeGreaterThan(runs(3_000) / 100)
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  it('of any YAML is refused without a crash', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => dump(JSON.parse(text))),
          fc.string(),
          texts(20),
        ),
        (content) => {
          expect(() => readOwn(content)).toThrow(AppError)
        },
      ),
      { numRuns: runs(300) },
    )
  })

  it('takes a text for an expression literally, and linear steps for the longest line', () => {
    const format = createDeclaredFormat(
      formatFile.parse({
        ...(load(gate) as object),
        templates: Array.from({ length: 50 }, () => 'GATE %{a}(a+)+$%{b} (x*)*y %{c}'),
      }),
    )
    expect(format.parse(recordOf(`GATE ${'a'.repeat(1_000_000)}!`))).toBeUndefined()
    expect(format.parse(recordOf('GATE 1(a+)+$2 (x*)*y 3'))?.fields).toMatchObject({ a: '1', b: '2', c: '3' })
  })
})
