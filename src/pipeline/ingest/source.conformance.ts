import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../../test/until.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import type { Cursor, Source } from './source.ts'

/** A source with its input. */
interface Rig {
  readonly source: Source
  /** Sends bytes to the source. */
  feed(bytes: Buffer): Promise<void>
  /** Returns the original line of a record. Defaults to the record's text. */
  lineOf?(text: string): string
  close(): Promise<void>
}

const lines = (count: number, from = 0): Buffer =>
  Buffer.from(
    Array.from({ length: count }, (_, i) => `2026-01-15T10:00:00Z web-01 app: INFO request ${from + i}\n`).join(''),
  )

/** Tests the promises of the source contract. */
export const describeSource = (name: string, open: () => Promise<Rig>): void => {
  describe(`the source ${name}`, () => {
    let rig: Rig
    let stop: AbortController
    let done: Promise<void> | undefined
    beforeEach(async () => {
      rig = await open()
      stop = new AbortController()
    })
    afterEach(async () => {
      stop.abort()
      await done
      await rig.close()
    })

    const collect = (refuse: (call: number) => boolean = () => false) => {
      const taken: RawRecord[] = []
      const cursors: (Cursor | undefined)[] = []
      let calls = 0
      done = rig.source.run(async (records, cursor) => {
        calls += 1
        if (refuse(calls)) throw new Error('not now')
        const { lineOf = (text: string) => text } = rig
        taken.push(...records.map((record) => ({ ...record, text: lineOf(record.text) })))
        cursors.push(cursor)
      }, stop.signal)
      return { taken, cursors }
    }

    /** A generous limit for busy machines, but far below the delays of sources. */
    const endsSoon = () => {
      stop.abort()
      return Promise.race([done?.then(() => true), sleep(15_000, false, { ref: false })])
    }

    it('emits each record once, with source and time', async () => {
      const { taken } = collect()
      await rig.feed(lines(5_000))
      await until(() => taken.length === 5_000)
      expect(new Set(taken.map(({ text }) => text)).size).toBe(5_000)
      expect(taken.every(({ source, receivedAt }) => source !== '' && receivedAt > 0)).toBe(true)
    })

    it('stops soon after an abort', async () => {
      const { taken } = collect()
      await rig.feed(lines(10))
      await until(() => taken.length === 10)
      expect(await endsSoon()).toBe(true)
    })

    it('stops after an abort while its records are refused', async () => {
      let offered = 0
      collect((call) => {
        offered = call
        return true
      })
      await rig.feed(lines(10))
      await until(() => offered > 0)
      expect(await endsSoon()).toBe(true)
    })

    it('ends without an error when it is aborted while it starts', async () => {
      stop.abort()
      await expect(rig.source.run(async () => {}, stop.signal)).resolves.toBeUndefined()
    })

    it('ends without an error when it is aborted while a batch is stored', async () => {
      done = rig.source.run(async () => stop.abort(), stop.signal)
      await rig.feed(lines(10))
      await expect(done).resolves.toBeUndefined()
    })

    it('waits until a batch is accepted before it emits the next', async () => {
      let waiting = 0
      let most = 0
      let taken = 0
      done = rig.source.run(async (records) => {
        waiting += 1
        most = Math.max(most, waiting)
        await sleep(5)
        waiting -= 1
        taken += records.length
      }, stop.signal)
      await rig.feed(lines(10_000))
      await until(() => taken === 10_000)
      expect(most).toBe(1)
    })

    it('loses and repeats nothing when a batch is refused once', async () => {
      const { taken } = collect((call) => call === 1 || call === 3)
      await rig.feed(lines(6_000))
      await until(() => taken.length >= 6_000)
      expect(taken.map(({ text }) => Number(text.split(' ').at(-1)))).toEqual(
        Array.from({ length: 6_000 }, (_, i) => i),
      )
    })

    it('survives garbage', async () => {
      const { taken } = collect()
      const garbage = Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 7919) % 256))
      await rig.feed(Buffer.concat([garbage, Buffer.from([0xff, 0xfe, 0, 0, 10, 13, 10, 0xc3, 10])]))
      await rig.feed(lines(3))
      await until(() => taken.some(({ text }) => text.endsWith('request 2')))
      expect(taken.every(({ text }) => text.trim() !== '')).toBe(true)
    })
  })
}
