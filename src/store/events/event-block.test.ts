import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { deepRun, runs } from '../../../test/depth.ts'
import { needs, sharedData } from '../../../test/needs.ts'
import type { Event, FieldValue } from '../../schema/event/event.ts'
import { eventText } from '../../schema/event/event-fields.ts'
import { blockMayContain } from './block-filter.ts'
import { blockSize, decodeBlock, openBlock } from './event-block.ts'
import { createPacking, packEvents } from './event-packing.ts'

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: anyCharacter, maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom('\ud800', '\udc00', '€', '𝔘', '\0', 'ß', 'a'), { maxLength: 6 })
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constant('') },
)
const scalar = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(-0, Number.NaN, 2 ** 53, -(2 ** 60), Number.POSITIVE_INFINITY),
)
const value: fc.Arbitrary<FieldValue> = fc.oneof(scalar, fc.array(scalar, { maxLength: 4 }))
const fields = fc
  .array(
    fc.tuple(fc.oneof(fc.constantFrom('source.ip', 'user.name', 'pid', '__proto__', '7', 'constructor'), text), value),
    { maxLength: 6 },
  )
  .map((entries) => Object.fromEntries(entries))
const message = fc
  .tuple(text, text, text, fc.constantFrom('whole', 'suffix', 'inside', 'apart'))
  .map(([before, middle, after, way]) => {
    if (way === 'whole') return { original: middle, message: middle }
    if (way === 'suffix') return { original: before + middle, message: middle }
    return way === 'inside'
      ? { original: before + middle + after, message: middle }
      : { original: before, message: after }
  })
const event = fc
  .record(
    {
      kind: fc.constantFrom('event', 'alert', 'pipeline_error'),
      time: fc.oneof(fc.integer({ min: -1e12, max: 2e12 }), fc.constant(1_733_813_746_000.5)),
      timeGuessed: fc.boolean(),
      receivedAt: fc.integer({ min: 0, max: 2e12 }),
      source: fc.constantFrom('auth', 'web', ''),
      stream: text,
      texts: message,
      fields,
      template: fc.tuple(fc.constantFrom('t1', 't2'), text).map(([id, pattern]) => ({ id, text: pattern })),
    },
    { requiredKeys: ['kind', 'time', 'timeGuessed', 'receivedAt', 'source', 'stream', 'texts', 'fields'] },
  )
  .map(({ texts, ...rest }) => ({ ...rest, ...texts }))
const events = fc
  .tuple(fc.nat(99), fc.nat(1_000_000_000), fc.array(event, { minLength: 1, maxLength: 12 }))
  .map(([partition, first, list]) =>
    list.map((item, index): Event => ({ id: `${partition}-${first + index}`, ...item })),
  )

const line = (number: number): Event => {
  const original = `Dec 10 06:55:${10 + (number % 50)} LabSZ sshd[${24_200 + number}]: Failed password for root from 10.0.${number % 256}.7 port ${20_000 + number * 7}`
  return {
    id: `3-${number}`,
    kind: 'event',
    time: 1_733_813_746_000 + number * 1_000,
    timeGuessed: true,
    receivedAt: 1_733_813_900_000,
    source: 'auth',
    stream: 'auth/LabSZ/sshd',
    message: original.slice(original.indexOf('Failed')),
    original,
    fields: { 'source.ip': `10.0.${number % 256}.7`, 'process.pid': 24_200 + number, 'user.name': 'root' },
    template: { id: 't1', text: 'Failed password for <*>' },
  }
}

const encode = async (list: readonly Event[]) => {
  const [block, ...others] = await packEvents(list)
  if (!block || others.length > 0) throw new Error('This is not one block.')
  return block.row
}

describe('a block of events', () => {
  it('gives back exactly what went in', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (list) => {
        const { payload } = await encode(list)
        const back = decodeBlock(payload)
        // Not toStrictEqual, which takes a field named `constructor` for the class.
        expect(isDeepStrictEqual(back, list)).toBe(true)
        expect(back.map((item) => Object.keys(item.fields))).toEqual(list.map((item) => Object.keys(item.fields)))
        const block = openBlock(payload)
        list.forEach((item, index) => {
          expect(block.text(index)).toBe(eventText(item))
          expect(block.stream(index)).toBe(item.stream)
        })
      }),
      { numRuns: runs(500) },
    )
  })

  it('rules out no part of a text, wherever it begins and ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 20 }),
        async (list, which, start, length) => {
          const { payload, filter } = await encode(list)
          const item = list[which % list.length] ?? list[0]
          const lower = item ? eventText(item).toLowerCase() : ''
          const from = start % (lower.length + 1)
          const word = lower.slice(from, from + length)
          const block = openBlock(payload)
          expect(block.mayContain(word)).toBe(true)
          const holders = list.flatMap((one, index) => (eventText(one).toLowerCase().includes(word) ? [index] : []))
          expect([...(block.find(word, list.length) ?? holders)].sort((a, b) => a - b)).toEqual(holders)
          const values = Object.values(item?.fields ?? {})
            .flat()
            .map((value) => String(value).toLowerCase())
          expect(blockMayContain(filter, [word, ...values])).toBe(true)
        },
      ),
      { numRuns: runs(1_000) },
    )
  })

  it('rules out words that no text contains', async () => {
    for (const original of ['Failed password', 'Échec: Failed password']) {
      const block = openBlock((await encode([{ ...line(0), original, message: 'rejected' }])).payload)
      for (const word of ['fail', 'password', 'reject', '\n']) expect(block.mayContain(word)).toBe(true)
      for (const word of ['root', 'passwort', 'rejects']) expect(block.mayContain(word)).toBe(false)
    }
  })

  it('finds the texts that contain a rare word, and none of too many', async () => {
    const originals = Array.from({ length: 2_000 }, (_, index) =>
      index % 500 === 7 ? `GET /${index} from Host-9` : `GET /${index}`,
    )
    const block = openBlock(
      (await encode(originals.map((original, index) => ({ ...line(index), original, message: original })))).payload,
    )
    expect([...(block.find('host-9', 10) ?? [])]).toEqual([7, 507, 1_007, 1_507])
    expect(block.find('get', 10)).toBeUndefined()
    expect(block.find('absent', 10)).toEqual(new Set())
  })

  it('keeps huge and many fields', async () => {
    const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index}`, `${index}`]))
    const list = [
      { ...line(0), fields: { big: 'é'.repeat(1_000_000), ...wide } },
      { ...line(1), original: 'x'.repeat(2_000_000) },
    ]
    expect(decodeBlock((await encode(list)).payload)).toEqual(list)
  })

  it('gives back columns whose values hardly repeat, at first or later', async () => {
    const values = (index: number): FieldValue => {
      // All different, then of a few kinds, zeros of both signs among them.
      if (index < 400) return `trace-${index * 7_919}`
      return [0, -0, `trace-${index % 3}`, ['a', index % 5], Number.NaN, 'É'][index % 6] ?? ''
    }
    const list = Array.from({ length: 800 }, (_, index) => ({
      ...line(index),
      fields: { port: 20_000 + index * 7, trace: values(index), 'source.ip': `10.0.${index % 256}.7` },
    }))
    const { payload, filter } = await encode(list)
    expect(decodeBlock(payload)).toEqual(list)
    // A port and an address are parts of their lines, a trace is not.
    for (const word of ['20007', '10.0.9.7', `trace-${399 * 7_919}`]) expect(blockMayContain(filter, [word])).toBe(true)
    expect(blockMayContain(filter, ['trace-99999999'])).toBe(false)
  })

  it('says what it holds', async () => {
    const list = Array.from({ length: 300 }, (_, index) => line(index + 40))
    expect(await encode(list)).toMatchObject({
      id: '3-40',
      partition: 3,
      first: 40,
      last: 339,
      count: 300,
      min_time: line(40).time,
      max_time: line(339).time,
      sources: '["auth"]',
      streams: '["auth/LabSZ/sshd"]',
      template_ids: '["t1"]',
    })
  })

  it('holds events that follow one another, however they come, and not too many', needs(deepRun), async () => {
    const many = Array.from({ length: blockSize + 1 }, (_, index) => line(index))
    const shuffled = [...many.slice(2_000), ...many.slice(0, 3_000), line(blockSize + 3)]
    const placed = await packEvents(shuffled)
    expect(placed.map(({ row }) => [row.id, row.count])).toEqual([
      ['3-0', blockSize],
      [`3-${blockSize}`, 1],
      [`3-${blockSize + 3}`, 1],
    ])
    expect(placed.flatMap(({ row }) => decodeBlock(row.payload).map(({ id }) => id))).toEqual([
      ...many.map(({ id }) => id),
      `3-${blockSize + 3}`,
    ])
    expect(await packEvents([])).toEqual([])
    await expect(packEvents([{ ...line(1), id: 'nonsense' }])).rejects.toThrow('"nonsense" is not the id of an event')
  })

  it('is the same block, whether its events come together or one by one', async () => {
    const list = Array.from({ length: 300 }, (_, index) => line(index))
    const packing = createPacking()
    for (const item of list) packing.add([item])
    expect(await packing.finish()).toEqual(await packEvents(list))
  })

  it('knows when it is broken, and when it is of another version', async () => {
    const { payload } = await encode([line(0), line(1)])
    expect(() => decodeBlock(payload.slice(0, -3))).toThrow()
    expect(() => decodeBlock(new Uint8Array(0))).toThrow('no block')
    const flipped = Uint8Array.from(payload, (byte, index) => (index === payload.length - 9 ? byte ^ 1 : byte))
    expect(() => decodeBlock(flipped)).toThrow()
    const newer = Uint8Array.from(payload, (byte, index) => (index === 2 ? 9 : byte))
    expect(() => decodeBlock(newer)).toThrow(expect.objectContaining({ code: 'STATE_VERSION' }))
  })

  it('takes at most 20 bytes a line of repetitive logs', async () => {
    const list = Array.from({ length: blockSize }, (_, index) => line(index))
    expect((await encode(list)).payload.length / list.length).toBeLessThan(20)
  })

  const sample = sharedData('data/loghub/OpenSSH/OpenSSH_2k.log')
  it('takes at most 20 bytes a line of real logs', needs(sample), async () => {
    const lines = readFileSync(sample.path, 'utf8').split(/\r?\n/).filter(Boolean)
    const list = lines.map((original, index) => ({
      ...line(index),
      original,
      message: original.slice(original.indexOf(': ') + 2),
    }))
    const { payload } = await encode(list)
    expect(payload.length / list.length).toBeLessThan(20)
    expect(decodeBlock(payload)).toEqual(list)
  })
})
