import { describe, expect, it } from 'vitest'
import { chain, type Delivery, inChunks, keep, type Meter, packing, stage, to } from './stage.ts'

const delivery: Delivery<string> = {
  id: 'd1',
  attempt: 1,
  signal: new AbortController().signal,
  transaction: async () => 'tx',
}

const counted = () => {
  const lines: string[] = []
  const meter: Meter = {
    passed: (name, received, emitted) => lines.push(`${name} ${received}→${emitted}`),
    failed: (name, received, error) => lines.push(`${name} ${received} ✗ ${error}`),
  }
  return { lines, meter }
}

describe('chain', () => {
  it('runs the stages in order and counts each', async () => {
    const { lines, meter } = counted()
    const saved: unknown[] = []
    const rung: unknown[] = []
    const handler = chain(
      meter,
      stage<string, number, string>('length', (texts) => texts.map((text) => text.length)),
    )
      .next(keep('lengths', { save: async (items, tx) => void saved.push([items, tx]) }))
      .next(stage('even', (numbers) => numbers.filter((number) => number % 2 === 0)))
      .next(stage('name', (numbers) => numbers.map((number) => ({ id: `n${number}` }))))
      .next(to({ publish: async (topic: 'next', ids, tx) => void rung.push([topic, ids, tx]) }, 'next')).handler

    await handler(['a', 'bb', 'cccc'], delivery)
    expect(saved).toEqual([[[1, 2, 4], 'tx']])
    expect(rung).toEqual([['next', ['n2', 'n4'], 'tx']])
    expect(lines).toEqual(['length 3→3', 'keep lengths 3→3', 'even 3→2', 'name 2→2', 'to next 2→2'])
  })

  it('stores and publishes only selected items, and passes all on', async () => {
    const written: unknown[] = []
    interface Item {
      readonly id: string
      readonly n: number
    }
    const odd = ({ n }: Item) => n % 2 === 1
    const handler = chain(
      counted().meter,
      stage<number, Item, string>('name', (numbers) => numbers.map((n) => ({ id: `n${n}`, n }))),
    )
      .next(keep('odd numbers', { save: async (items: readonly Item[]) => void written.push(items) }, odd))
      .next(to({ publish: async (topic: 'next', ids) => void written.push([topic, ids]) }, 'next', odd)).handler
    expect(await handler([1, 2], delivery)).toHaveLength(2)
    expect(written).toEqual([[{ id: 'n1', n: 1 }], ['next', ['n1']]])
    await handler([2], { ...delivery, transaction: () => expect.unreachable() })
  })

  it('lets an empty batch pass every stage, but opens no transaction for it', async () => {
    const { lines, meter } = counted()
    const handler = chain(
      meter,
      stage<string, string, string>('same', (texts) => texts),
    ).next(keep('texts', { save: async () => expect.unreachable() })).handler
    await handler([], { ...delivery, transaction: () => expect.unreachable() })
    expect(lines).toEqual(['same 0→0', 'keep texts 0→0'])
  })

  it('lets the stages behind it work while a batch is packed', async () => {
    const { lines, meter } = counted()
    const steps: string[] = []
    const { promise, resolve } = Promise.withResolvers<string>()
    const texts = packing<string, string, string>('texts', {
      begin: () => ({
        add: (items) => void steps.push(`add ${items}`),
        finish() {
          steps.push('finish')
          return promise
        },
      }),
      save: async (packed, tx) => void steps.push(`save ${packed} in ${tx}`),
    })
    const handler = chain<string, string, string>(meter, texts.pack)
      .next(
        stage('length', (items) => {
          steps.push('length')
          resolve('a parcel')
          return items.map(({ length }) => length)
        }),
      )
      .next(texts.keep()).handler
    expect(await handler(['a', 'bb'], delivery)).toEqual([1, 2])
    expect(steps).toEqual(['add a,bb', 'finish', 'length', 'save a parcel in tx'])
    expect(lines).toEqual(['pack texts 2→2', 'length 2→2', 'keep texts 2→2'])
    await handler([], { ...delivery, transaction: () => expect.unreachable() })
    expect(steps).toHaveLength(5)
  })

  it('passes a batch in chunks, and packs them together', async () => {
    const { lines, meter } = counted()
    const steps: string[] = []
    const texts = packing<string, string, string>('texts', {
      begin: () => ({
        add: (items) => void steps.push(`add ${items}`),
        finish: async () => {
          steps.push('finish')
          return 'a parcel'
        },
      }),
      save: async (packed) => void steps.push(`save ${packed}`),
    })
    const inner = chain<string, string, string>(meter, texts.pack).next(
      stage('length', (items, { id }) => {
        steps.push(id)
        return items.map(({ length }) => length)
      }),
    )
    const byTwo = (items: readonly string[]) =>
      items.length > 2 ? [() => items.slice(0, 2), () => items.slice(2)] : [() => items]
    const { handler } = inChunks(meter, byTwo, inner).next(texts.keep())
    expect(await handler(['a', 'bb', 'ccc'], delivery)).toEqual([1, 2, 3])
    expect(steps).toEqual(['add a,bb', 'd1/0', 'add ccc', 'finish', 'd1/1', 'save a parcel'])
    expect(lines).toEqual(['pack texts 2→2', 'length 2→2', 'pack texts 1→1', 'length 1→1', 'keep texts 3→3'])
    // A redelivery after a failure is packed again.
    expect(await handler(['a'], { ...delivery })).toEqual([1])
    expect(steps.slice(6)).toEqual(['add a', 'finish', 'd1/0', 'save a parcel'])
  })

  it('packs nothing without a database, and fails with what could not be packed', async () => {
    const { meter } = counted()
    const texts = packing<string, string, string>('texts', {
      begin: () => ({ add: () => {}, finish: () => Promise.reject(new Error('too large')) }),
      save: async () => expect.unreachable(),
    })
    const learnt: string[] = []
    const handler = chain<string, string, string>(meter, texts.pack)
      .next(
        stage('learn', (items) => {
          learnt.push(...items)
          return items
        }),
      )
      .next(texts.keep()).handler
    const away = { ...delivery, verify: () => Promise.reject(new Error('away')) }
    await expect(handler(['a'], away)).rejects.toThrow('away')
    expect(learnt).toEqual([])
    await expect(handler(['b'], { ...delivery })).rejects.toThrow('too large')
  })

  it('counts a failure and passes it on', async () => {
    const { lines, meter } = counted()
    const handler = chain(
      meter,
      stage<string, string>('break', () => {
        throw new Error('no')
      }),
    ).handler
    await expect(handler(['a'], delivery)).rejects.toThrow('no')
    expect(lines).toEqual(['break 1 ✗ Error: no'])
  })
})
