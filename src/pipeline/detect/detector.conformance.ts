import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { keeps } from '../../../test/keeps.ts'
import { AppError } from '../../errors.ts'
import { createWriter } from '../../lib/bytes/codec.ts'
import { type Detection, detection as detectionSchema } from '../../schema/detection/detection.ts'
import type { Event } from '../../schema/event/event.ts'
import { createDetect } from './detect.ts'
import type { Detector } from './detector.ts'

/** The events to test a detector with. */
export interface DetectorTrial {
  /** Creates the same detector every time. `clock` is the pipeline's clock. */
  readonly make: (clock: () => number) => Detector
  /** Normal events, enough of them for the detector to finish learning. */
  readonly normal: readonly Event[]
  /** Anomalous events that follow `ordinary`. */
  readonly anomalous: readonly Event[]
  /** More normal events that follow `ordinary`. */
  readonly moreNormal: readonly Event[]
  /** Creates many unrelated events, to make an unbounded state grow. */
  readonly flood: (count: number) => Iterable<Event>
  /** The maximum size of a saved state after the flood, in bytes. */
  readonly maxState?: number
}

/** How many events come at once before and after a restart. */
const restartBatch = 128

/** Tests the promises of the detector contract. */
export const describeDetector = (name: string, trial: DetectorTrial): void => {
  const { normal, anomalous, moreNormal, flood, maxState = 4_000_000 } = trial

  const start = (from = 0) => {
    let time = from
    const detector = trial.make(() => time)
    const found = new Map<string, Detection>()
    const detect = (events: readonly Event[]): Detection[] => {
      for (const event of events) time = Math.max(time, event.time)
      const detections = detector.detect(events)
      for (const detection of detections) found.set(detection.id, detection)
      return detections
    }
    const feed = (events: readonly Event[], size = 500): void => {
      for (let at = 0; at < events.length; at += size) detect(events.slice(at, at + size))
    }
    const tick = () => detect([])
    return { detector, found, detect, feed, tick, now: () => time }
  }
  const trained = () => {
    const one = start()
    one.feed(normal)
    one.found.clear()
    return one
  }

  describe(`the detector ${name}`, () => {
    it('has its name', () => {
      expect(start().detector.name).toBe(name)
    })

    it('reports its learning progress', () => {
      const fresh = start().detector.progress?.() ?? []
      expect(fresh).toEqual([])
      for (const { of, seen, needed, unit } of trained().detector.progress?.() ?? []) {
        expect([of, unit].every((text) => text.length > 0)).toBe(true)
        expect(seen).toBeGreaterThan(0)
        expect(needed).toBeGreaterThan(0)
      }
    })

    it('finds anomalous events', () => {
      const one = trained()
      one.feed(anomalous)
      one.tick()
      expect(one.found.size).toBeGreaterThan(0)
    })

    it('ignores normal events', () => {
      const one = trained()
      one.feed(moreNormal)
      one.tick()
      expect([...one.found.values()].map(({ title }) => title)).toEqual([])
    })

    it(`explains each detection (${keeps('vedette.explained')})`, () => {
      const one = trained()
      one.feed(anomalous)
      one.tick()
      for (const detection of one.found.values()) {
        expect(detectionSchema.safeParse(detection).error).toBeUndefined()
        expect(detection.detector).toBe(name)
        for (const text of [
          detection.title,
          detection.sentence,
          detection.value,
          detection.usual,
          detection.dedup_key,
        ]) {
          expect(text).not.toBe('')
          expect(text).not.toMatch(/undefined|NaN|\[object/)
        }
        expect(detection.sentence).toMatch(/[.!?]$/)
        const sum = detection.contributions.reduce((total, { weight }) => total + weight, 0)
        expect(Math.abs(sum - detection.score)).toBeLessThanOrEqual(0.005)
        expect(detection.event_count).toBeGreaterThanOrEqual(detection.evidence.length)
        for (const { line, time } of detection.evidence) {
          expect(line.length).toBeLessThanOrEqual(1000)
          expect(Date.parse(time)).toBeLessThanOrEqual(Date.parse(detection.last_seen))
        }
        if (detection.learning) expect(['info', 'low']).toContain(detection.severity)
      }
    })

    it('finds the same in the same events', () => {
      const [a, b] = [trained(), trained()]
      for (const one of [a, b]) {
        one.feed(anomalous)
        one.tick()
      }
      expect([...a.found]).toEqual([...b.found])
    })

    it(`scores every event before it learns from it, whatever the size of the batches (${keeps('vedette.reproducible')})`, () => {
      const all = [...normal, ...anomalous]
      const [whole, ...parts] = [4096, 1, 7, 333].map((size) => {
        const one = start()
        one.feed(all, size)
        one.tick()
        return [...one.found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
      })
      for (const part of parts) expect(part).toEqual(whole)
    })

    it('learns once from a delivery that was rolled back and comes again', async () => {
      const deliver = async (times: number) => {
        const one = start()
        const { run } = createDetect([one.detector], {
          log: { debug() {}, info() {}, warn() {}, error() {} },
          limit: 1e6,
        })
        const found: Detection[] = []
        const all = [...normal, ...anomalous]
        for (let at = 0; at < all.length; at += 500) {
          const delivery = {
            id: `${at}`,
            attempt: 1,
            signal: new AbortController().signal,
            transaction: async () => {},
          }
          for (let time = 1; time < times; time++) await run(all.slice(at, at + 500), delivery)
          found.push(...(await run(all.slice(at, at + 500), delivery)))
        }
        return { found, state: one.detector.save?.() }
      }
      expect(await deliver(2)).toEqual(await deliver(1))
    })

    it('keeps its state across save and restore', () => {
      const [before, after] = [trained(), start()]
      const state = before.detector.save?.()
      if (!state) return
      after.detector.restore?.(state)
      for (const one of [before, after]) {
        one.feed(anomalous)
        one.tick()
      }
      expect(after.found.size).toBeGreaterThan(0)
      expect([...after.found.values()].map(({ title }) => title).sort()).toEqual(
        [...before.found.values()].map(({ title }) => title).sort(),
      )
    })

    it(`continues after a restart as if there had been none (${keeps('vedette.reproducible')})`, () => {
      const running = start()
      if (!running.detector.save) return
      const all = [...normal, ...anomalous, ...flood(runs(20_000))]
      const restarts = [
        // Findings are open then.
        ...[0.5, 1].map((share) => normal.length + Math.floor(share * anomalous.length)),
        ...[0.2, 0.8].map((share) => Math.floor(share * all.length)),
      ]
      const batches = Array.from({ length: Math.ceil(all.length / restartBatch) }, (_, batch) => batch * restartBatch)
      const cuts = [...new Set([...batches, ...restarts])].sort((a, b) => a - b)
      const others: ReturnType<typeof start>[] = []
      for (const [at, from] of cuts.entries()) {
        if (restarts.includes(from)) {
          // Saving may make the newest events count from now on, so each is saved.
          const [state] = [running, ...others].map(({ detector }) => detector.save?.())
          const other = start(running.now())
          if (state) other.detector.restore?.(state)
          others.push(other)
        }
        const events = all.slice(from, cuts[at + 1])
        const found = [...running.detect(events), ...running.tick()]
        for (const other of others) expect([...other.detect(events), ...other.tick()]).toEqual(found)
      }
      const restored = ({ detector }: ReturnType<typeof start>) => {
        const other = start()
        other.detector.restore?.(detector.save?.() ?? new Uint8Array())
        return other.detector.save?.() ?? new Uint8Array()
      }
      for (const other of others) expect(Buffer.compare(restored(other), restored(running))).toBe(0)
    })

    it('rejects the state of another version with a hint', () => {
      const { restore } = start().detector
      if (!restore) return
      const states = [createWriter(name, 9999).finish(), createWriter('other', 1).finish(), new Uint8Array([1, 2, 3])]
      for (const state of states) {
        const refused = () => restore(state)
        expect(refused).toThrow(AppError)
        expect(refused).toThrow(expect.objectContaining({ code: 'STATE_VERSION', hint: expect.stringMatching(/\w/) }))
      }
    })

    it('bounds its memory', () => {
      const one = start()
      let batch: Event[] = []
      let found = 0
      for (const event of flood(runs(20_000))) {
        batch.push(event)
        if (batch.length < 500) continue
        found += one.detect(batch).length
        batch = []
      }
      expect(one.detector.save?.().length ?? 0).toBeLessThan(maxState)
      // Thousands of unknown entities must not produce thousands of detections.
      expect(found).toBeLessThan(200)
    })
  })
}
