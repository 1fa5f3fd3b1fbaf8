import { describe, expect, it } from 'vitest'
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
