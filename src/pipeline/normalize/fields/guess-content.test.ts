import { describe, expect, it } from 'vitest'
import { createNormalizer, type Normalizer } from '../normalize.ts'
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

describe('a source of JSON with names in no list', () => {
  let first = 0
  const send = (normalizer: Normalizer, objects: readonly unknown[], size = objects.length) => {
    const batches = Array.from({ length: Math.ceil(objects.length / size) }, (_, i) =>
      objects.slice(i * size, (i + 1) * size).map((object) => JSON.stringify(object)),
    )
    return batches.flatMap((texts) => {
      const batch = { partition: 0, first, source: 'shop', receivedAt: Date.parse('2026-11-22T00:00:00Z'), texts }
      first += texts.length
      return normalizer.normalize(batch)
    })
  }
  const minuteOf = (i: number) => new Date(Date.parse('2026-11-20T09:00:00Z') + i * 60_000).toISOString()
  /** A record whose remark is sometimes longer than its message, and whose states sometimes look alike. */
  const entry = (i: number) => ({
    wann: minuteOf(i),
    schwere: i % 5 === 0 ? 'WARN' : 'INFO',
    zustand: i % 7 === 0 ? 'ERROR' : 'neu',
    nachricht: `Bestellung ${i} von Kunde ${i * 3} nicht bezahlt, wird gemahnt`,
    notiz: i % 4 === 0 ? `siehe auch die lange Notiz zu Vorgang ${i} vom Vortag, die jemand dort angelegt hat` : '',
    rechner: i % 6 === 0 ? 'kasse' : 'web-1',
    kasse: 'Kasse im Erdgeschoss am Eingang neben der Treppe, Filiale Nord, zweite von links, Baujahr 2019',
  })
  const entries = (count: number, from = 0) => Array.from({ length: count }, (_, i) => entry(from + i))

  it.each([1_000, 7])('is read by the same names on every line, in batches of %i', (size) => {
    const events = send(createNormalizer(), entries(200), size).slice(50)
    for (const [i, { time, message, fields }] of events.entries()) {
      const { nachricht, wann, schwere } = entry(50 + i)
      expect([message, new Date(time).toISOString()]).toEqual([nachricht, wann])
      expect(fields['log.level']).toBe(schwere === 'WARN' ? 'warning' : 'info')
    }
  })

  it('is read by them from the first line of a file', () => {
    const [event] = send(createNormalizer(), entries(60))
    expect([event?.message, event?.fields['log.level']]).toEqual([entry(0).nachricht, 'warning'])
  })

  it('is guessed again if most records are not as guessed', () => {
    const normalizer = createNormalizer()
    send(normalizer, entries(100))
    const other = (i: number) => ({ um: minuteOf(i), art: 'WARN', meldung: `Lager ${i} ist fast leer geworden` })
    const events = send(
      normalizer,
      Array.from({ length: 200 }, (_, i) => other(200 + i)),
      10,
    )
    expect(events.at(-1)).toMatchObject({ message: other(399).meldung, time: Date.parse(other(399).um) })
    expect(events.at(-1)?.fields['log.level']).toBe('warning')
  })

  it('takes neither of two names whose values look alike', () => {
    const twins = Array.from({ length: 60 }, (_, i) => ({ ...entry(i), von: 'web-1', nach: 'db-2', rechner: 'x' }))
    for (const { fields } of send(createNormalizer(), twins)) expect(fields['host.name']).toBeUndefined()
  })

  it('keeps its names over a restart', () => {
    const [before, after] = [createNormalizer(), createNormalizer()]
    send(before, entries(100))
    after.contents.restore(before.contents.save())
    expect(send(after, [{ ...entry(100), nachricht: 'kurz und gut' }])[0]?.message).toBe('kurz und gut')
  })

  it('reads an unknown language without spaces', () => {
    const [event] = send(createNormalizer(), [
      { 日時: minuteOf(1), 重要度: '警告', 内容: 'ディスクの空き容量が残りわずかです' },
    ])
    expect([event?.message, event?.fields['log.level']]).toEqual(['ディスクの空き容量が残りわずかです', 'warning'])
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

  it('of the request that sent the records is stronger than the configuration', () => {
    const text = JSON.stringify(object)
    const [event] = createNormalizer({ maps: [{ source: 'shop', fields: map }] }).normalize({
      ...{ partition: 0, first: 0, source: 'shop', receivedAt: 0, texts: [text], map: { message: 'schwere' } },
    })
    expect([event?.time, event?.message]).toEqual([Date.parse('2026-11-21T00:00:00Z'), 'WARN'])
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
