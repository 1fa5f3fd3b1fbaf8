import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, describe, expect, it } from 'vitest'
import { AppError } from '../../../errors.ts'
import { parseRecord } from '../parse-record.ts'
import { formatFile } from './declared-format.ts'
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
