import { describe, expect, it } from 'vitest'
import { hour } from '../../lib/units/time.ts'
import { mergeByTime } from './merge-by-time.ts'

interface Line {
  readonly log: string
  readonly time: number | undefined
}

/** A log with a line every so many hours, in one batch. */
const logEvery = (log: string, hours: number, count: number) => ({
  time: 0,
  batches: inOneBatch(Array.from({ length: count }, (_, i): Line => ({ log, time: i * hours * hour }))),
})

async function* inOneBatch(lines: readonly Line[]) {
  yield lines
}

const merge = async (...logs: ReturnType<typeof logEvery>[]): Promise<Line[][]> => {
  const batches: Line[][] = []
  for await (const batch of mergeByTime<Line>(logs, ({ time }) => time)) batches.push([...batch])
  return batches
}

describe('mergeByTime', () => {
  it('does not read days of a quiet log before the same hours of others', async () => {
    const lines = (await merge(logEvery('quiet', 2, 60), logEvery('busy', 0.1, 1200), logEvery('other', 1, 120))).flat()
    expect(lines).toHaveLength(60 + 1200 + 120)
    let newest = 0
    for (const { time = 0 } of lines) {
      expect(newest - time).toBeLessThanOrEqual(2 * hour)
      newest = Math.max(newest, time)
    }
    for (const log of ['quiet', 'busy', 'other']) {
      const times = lines.filter((line) => line.log === log).map(({ time = 0 }) => time)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }
  })

  it('leaves a single log and batches of one time whole', async () => {
    expect(await merge(logEvery('only', 5, 100))).toHaveLength(1)
    expect(await merge(logEvery('a', 0, 100), logEvery('b', 0, 100))).toHaveLength(2)
  })

  it('keeps lines without a time in their place', async () => {
    const stack = Array.from({ length: 40 }, (): Line => ({ log: 'a', time: undefined }))
    const lines = [{ log: 'a', time: 0 }, { log: 'a', time: 9 * hour }, ...stack, { log: 'a', time: 20 * hour }]
    const merged = (await merge({ time: 0, batches: inOneBatch(lines) }, logEvery('b', 1, 30))).flat()
    expect(merged.filter(({ log }) => log === 'a')).toEqual(lines)
  })
})
