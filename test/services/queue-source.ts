import { expect, it } from 'vitest'
import { describeSource } from '../../src/pipeline/ingest/source.conformance.ts'
import type { Source } from '../../src/pipeline/ingest/source.ts'
import { freePort } from '../e2e/program.ts'
import { until } from '../until.ts'
import { createLine } from './line.ts'

/** A queue on a real server. */
interface Queue {
  /** Creates a source that reads the queue; through `port` of a proxy if it is given. */
  source(port?: number): Source
  /** Sends messages in order. */
  send(messages: readonly string[]): Promise<void>
  remove(): Promise<void>
}

/** Tests the promises of every source with one that reads a queue. */
export const describeQueueSource = (name: string, open: () => Promise<Queue>): void =>
  describeSource(name, async () => {
    const queue = await open()
    return {
      source: queue.source(),
      async feed(bytes) {
        const lines = bytes.toString('utf8').split('\n')
        await queue.send(lines.filter((line) => line.trim() !== '').map((line) => line.replaceAll('\0', '')))
      },
      close: queue.remove,
    }
  })

/** Tests that redelivered messages have the keys of their first delivery. */
export const describeRedelivery = (name: string, open: () => Promise<Queue>): void => {
  it(`${name}: messages that were stored but not acknowledged come again with the same keys`, async () => {
    const queue = await open()
    await queue.send(['one', '{"message":"two"}', '[{"message":"three"},{"message":"four"}]', 'five\n\tat Main.java:5'])
    const seen = new Map<string, string>()
    /** Runs a source until the store has got all records. The first one dies before the store answers. */
    const run = async (dies: boolean): Promise<readonly string[]> => {
      const stop = new AbortController()
      const got: string[] = []
      const done = queue.source().run(async (records, _cursor, keys = []) => {
        records.forEach((record, i) => {
          const key = keys[i] ?? ''
          got.push(key)
          expect(seen.get(key) ?? record.text).toBe(record.text)
          seen.set(key, record.text)
        })
        if (dies) throw new Error('The process is killed.')
      }, stop.signal)
      await until(
        () => new Set(got).size === 5,
        () => `5 records of ${name}; there are ${got.length}`,
      )
      stop.abort()
      await done
      return got
    }
    const first = await run(true)
    const second = await run(false)
    expect(new Set(second)).toEqual(new Set(first))
    expect([...seen.values()].sort()).toEqual([
      'five\n\tat Main.java:5',
      'one',
      '{"message":"four"}',
      '{"message":"three"}',
      '{"message":"two"}',
    ])

    // Acknowledged messages do not come again.
    await queue.send(['six'])
    const stop = new AbortController()
    const texts: string[] = []
    const done = queue.source().run(async (records) => {
      texts.push(...records.map(({ text }) => text))
    }, stop.signal)
    await until(() => texts.length > 0)
    stop.abort()
    await done
    expect(texts).toEqual(['six'])
    await queue.remove()
  })
}

/** Tests that a source ends when it loses its connection, so that it is started again. `port`: of the real server. */
export const describeCut = (name: string, port: number, open: () => Promise<Queue>): void => {
  it(`${name}: ends with an error when the connection is cut, so that it is started again`, async () => {
    const { source, remove, send } = await open()
    const through = await freePort()
    const line = createLine(through, { host: '127.0.0.1', port })
    await line.open()
    let taken = 0
    const done = source(through).run(async () => {
      taken += 1
    }, new AbortController().signal)
    await send(['one'])
    await until(() => taken === 1)
    line.cut()
    await expect(done).rejects.toThrow()
    await line.close()
    await remove()
  })
}

/** Tests that a source ends when its server answers no more, or never has, and when it is stopped meanwhile. */
export const describeSilence = (name: string, port: number, open: () => Promise<Queue>): void => {
  it(`${name}: ends with an error when the server falls silent, and at once when it is stopped`, async () => {
    const { source, remove, send } = await open()
    const through = await freePort()
    const line = createLine(through, { host: '127.0.0.1', port })
    await line.open()
    let taken = 0
    const run = (signal: AbortSignal) =>
      source(through).run(async () => {
        taken += 1
      }, signal)
    const connected = run(new AbortController().signal)
    await send(['one'])
    await until(() => taken === 1)
    line.silence()
    const stop = new AbortController()
    const stopped = run(stop.signal).catch(() => undefined)
    const unconnected = run(new AbortController().signal)
    await Promise.all([expect(connected).rejects.toThrow(), expect(unconnected).rejects.toThrow()])
    const last = run(stop.signal).catch(() => undefined)
    const began = performance.now()
    stop.abort()
    await Promise.all([stopped, last])
    expect(performance.now() - began).toBeLessThan(5_000)
    await line.close()
    await remove()
  })
}
