import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { recordsOfText } from '../join/join-records.ts'
import { boundaryLines, logs } from '../join/logs.fake.ts'
import { type Position, startPosition } from './content.ts'
import { followFile, type Portion } from './followed-file.ts'

/** A file of which more and more is written. */
const growing = (text: string) => {
  const bytes = Buffer.from(text)
  let size = 0
  return {
    grow(by: number) {
      size = Math.min(bytes.length, size + by)
      return size < bytes.length
    },
    stat: async () => ({ size, mtimeMs: 0 }),
    read: async (length: number, offset: number) =>
      Buffer.from(bytes.subarray(offset, Math.min(size, offset + length))),
    async close() {},
  }
}

/**
 * Reads a file as it grows, by so many bytes at a time. After some reads, the reader ends, and another one continues at the position that
 * was stored with the last records.
 */
const readInSteps = async (text: string, steps: readonly number[], isLost: readonly boolean[]) => {
  const content = growing(text)
  const open = (position: Position) =>
    followFile(content, '/x.log', '1:1', position, { source: 'x', now: () => 1, steady: () => 1 })
  const stored: string[] = []
  let position = startPosition
  let file = await open(position)
  const store = (portion: Portion) => {
    if (portion.records.length === 0) return
    position = JSON.parse(JSON.stringify(portion.position))
    stored.push(...portion.records.map((record) => record.text))
  }
  for (let step = 0, more = true; more; step++) {
    if (isLost[step % isLost.length]) file = await open(position)
    more = content.grow(steps[step % steps.length] ?? 1)
    for (let portion = await file.read(); portion; portion = await file.read()) store(portion)
  }
  const last = await file.settle()
  if (last) store(last)
  return stored
}

const size = fc.integer({ min: 1, max: 400 })

const sizes = fc.array(size, { minLength: 1, maxLength: 9 })

describe('a followed file', () => {
  it.each(Object.entries(logs))('gives each record once, whenever its reader ends: %s', async (_name, log) => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), async (steps, isLost) => {
        expect(await readInSteps(log.text, steps, isLost)).toEqual(log.records)
      }),
      { numRuns: runs(100) },
    )
  })

  it('gives all records and skips no line, whatever the lines are', async () => {
    const line = fc.constantFrom(...boundaryLines)
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 25 }), sizes, async (lines, steps) => {
        const text = `${lines.join('\n')}\n`
        const records = recordsOfText(text)
        expect(await readInSteps(text, steps, [false])).toEqual(records)
        expect(await readInSteps(text, steps, [true])).toEqual(records)
      }),
      {
        numRuns: runs(1_000),
        examples: [
          [['<Event>a</Event>', 'time,message', '', 'Caused by: d'], [1]],
          [['Message : y', 'time,message', '{"time":1,"message":"a"}', '</Events>'], [36]],
          [['<Events>', 'time,message', '{"time":1,"message":"a"}', '', '</Events>'], [21]],
          [['[', '] {"a":1}', ''], [1]],
          [['[', '{"time":1,"message":"a"}', '  Log Name: x', ''], [1]],
        ],
      },
    )
  })

  it('knows the columns of a table after a restart, and after a pause behind its header', async () => {
    const content = growing('time,message\n1,a\n2,"b\nc"\n3,d\n')
    const naming = { source: 'x', now: () => 1, steady: () => 1 }
    const textsOf = (portion: Portion | undefined) => portion?.records.map(({ text }) => text)
    const first = await followFile(content, '/x.log', '1:1', startPosition, naming)
    content.grow(13)
    expect([textsOf(await first.read()), first.waiting, first.within]).toEqual([[], true, false])
    expect(textsOf(await first.settle())).toEqual(['time,message'])
    content.grow(4)
    expect(textsOf(await first.read())).toEqual(['{"time":"1","message":"a"}'])
    expect(first.waiting).toBe(false)
    content.grow(5)
    expect([textsOf(await first.read()), first.within]).toEqual([[], true])
    const second = await followFile(content, '/x.log', '1:1', first.position, naming)
    content.grow(7)
    expect(textsOf(await second.read())).toEqual(['{"time":"2","message":"b\\nc"}', '{"time":"3","message":"d"}'])
  })
})
