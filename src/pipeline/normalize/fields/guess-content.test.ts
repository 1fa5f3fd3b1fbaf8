import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../normalize.ts'
import { parseRecord } from '../parse-record.ts'

const read = (object: unknown) =>
  parseRecord({ text: JSON.stringify(object), source: 's', receivedAt: Date.parse('2026-11-22T00:00:00Z') })

const order = {
  wann: '2026-11-20T09:00:00Z',
  schwere: 'WARN',
  nachricht: 'Bestellung 7 nicht bezahlt',
  rechner: 'web-1',
  wer: 'kim@example.com',
  filiale: 'Nord',
}

describe('a record of JSON with names in no list', () => {
  it('is read by its values, and says so', () => {
    const { format, time, message, fields } = read(order)
    expect([time, message]).toEqual([Date.parse('2026-11-20T09:00:00Z'), 'Bestellung 7 nicht bezahlt'])
    expect(fields).toMatchObject({
      'log.level': 'warning',
      'host.name': 'web-1',
      'user.name': 'kim@example.com',
      filiale: 'Nord',
    })
    expect(format).toBe(
      'json (guessed: wann as time, schwere as log.level, rechner as host.name, wer as user.name, nachricht as message)',
    )
  })

  it('has no field of which two values are alike', () => {
    const { fields } = read({ ...order, ziel: 'db-2', frueher: 'ERROR', wen: 'ana@example.com' })
    for (const name of ['log.level', 'host.name', 'user.name']) expect(fields[name]).toBeUndefined()
  })

  it('is not guessed where a name says enough', () => {
    const { format, message } = read({ msg: 'paid', schwere: 'WARN', nachricht: 'Bestellung 7 nicht bezahlt' })
    expect([format, message]).toEqual(['json', 'paid'])
    const { fields } = read({ time: '2026-11-20T09:00:00Z', art: 'ERROR', gate: 'web-1' })
    expect(fields['log.level']).toBeUndefined()
  })

  it('keeps the record as its message without a sentence', () => {
    const text = JSON.stringify({ wann: '2026-11-20T09:00:00Z', wert: 7 })
    expect(read(JSON.parse(text)).message).toBe(text)
  })
})

describe('a mapping of fields', () => {
  const map = { time: 'meta.when_happened', message: 'note', level: 'schwere', ip: 'gate' } as const
  const normalize = (source: string, text: string) =>
    createNormalizer({ maps: [{ source: 'shop*', fields: map }] }).normalize({
      ...{ partition: 0, first: 0, source, receivedAt: Date.parse('2026-11-22T00:00:00Z'), texts: [text] },
    })[0]
  const object = {
    timestamp: '2026-11-21T00:00:00Z',
    meta: { when_happened: '2026-11-20T09:00:00Z' },
    msg: 'a',
    note: 'b c',
    schwere: 'WARN',
    gate: '10.0.0.9',
  }

  it('is stronger than known names, which stay', () => {
    const event = normalize('shop-1', JSON.stringify(object))
    expect([event?.time, event?.message]).toEqual([Date.parse('2026-11-20T09:00:00Z'), 'b c'])
    expect(event?.fields).toMatchObject({
      ...{ 'log.level': 'warning', 'source.ip': '10.0.0.9' },
      ...{ timestamp: '2026-11-21T00:00:00Z', msg: 'a' },
    })
    expect(normalize('other', JSON.stringify(object))?.message).toBe('a')
  })

  it('is used for lines of pairs', () => {
    const event = normalize('shop', 'schwere=WARN meta.when_happened=2026-11-20T09:00:00Z note="b c" n=1')
    expect([event?.time, event?.message]).toEqual([Date.parse('2026-11-20T09:00:00Z'), 'b c'])
  })

  it('leaves a record as it is if its value is implausible', () => {
    const event = normalize('shop', JSON.stringify({ ...object, meta: { when_happened: 'soon' } }))
    expect(event?.time).toBe(Date.parse('2026-11-21T00:00:00Z'))
    expect(event?.fields['meta.when_happened']).toBe('soon')
  })

  it('replaces what would be guessed', () => {
    const read = parseRecord({
      ...{ text: JSON.stringify(order), source: 's', receivedAt: 0, map: { message: 'filiale', time: 'wann' } },
    })
    expect([read.format, read.message, read.time]).toEqual(['json', 'Nord', Date.parse('2026-11-20T09:00:00Z')])
  })
})
