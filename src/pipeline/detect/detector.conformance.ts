import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import { createWriter } from '../../lib/codec/codec.ts'
import { type Detection, detection as detectionSchema } from '../../schema/detection.ts'
import type { Event } from '../../schema/event.ts'
import type { Detector } from './detector.ts'

/** What a detector is tried with. */
export interface DetectorTrial {
  /** Makes a detector, always the same. `clock` is the time of the road. */
  readonly make: (clock: () => number) => Detector
  /** What it should take for ordinary: enough of it to have learnt. */
  readonly ordinary: readonly Event[]
  /** What comes next and is odd. */
  readonly odd: readonly Event[]
  /** What comes next and is not. */
  readonly more: readonly Event[]
  /** Many events that are all about something else, so that a state without bounds would grow. */
  readonly flood: (count: number) => Iterable<Event>
  /** How large a saved state may be after the flood, in bytes. */
  readonly maxState?: number
}

/** What every detector promises. */
export const describeDetector = (name: string, trial: DetectorTrial): void => {
  const { ordinary, odd, more, flood, maxState = 4_000_000 } = trial

  const start = (atOnce = false) => {
    let time = 0
    const detector = trial.make(() => time)
    const found = new Map<string, Detection>()
    const judge = (events: readonly Event[], learning = true): Detection[] => {
      for (const event of events) time = Math.max(time, event.time)
      const both = atOnce ? detector.detectAndLearn : undefined
      const detections = both ? both(events) : detector.detect(events)
      if (learning && !both) detector.learn?.(events)
      for (const detection of detections) found.set(detection.id, detection)
      return detections
    }
    const feed = (events: readonly Event[], size = 500, learning = true): Detection[] => {
      const all: Detection[] = []
      for (let at = 0; at < events.length; at += size) all.push(...judge(events.slice(at, at + size), learning))
      return all
    }
    return { detector, found, judge, feed, tick: () => judge([]) }
  }
  const taught = () => {
    const one = start()
    one.feed(ordinary)
    one.found.clear()
    return one
  }

  describe(`the detector ${name}`, () => {
    it('carries its name', () => {
      expect(start().detector.name).toBe(name)
    })

    it('counts what it learns towards what it needs', () => {
      const fresh = start().detector.progress?.() ?? []
      expect(fresh).toEqual([])
      for (const { of, seen, needed, unit } of taught().detector.progress?.() ?? []) {
        expect([of, unit].every((text) => text.length > 0)).toBe(true)
        expect(seen).toBeGreaterThan(0)
        expect(needed).toBeGreaterThan(0)
      }
    })

    it('finds the odd', () => {
      const one = taught()
      one.feed(odd)
      one.tick()
      expect(one.found.size).toBeGreaterThan(0)
    })

    it('leaves the ordinary alone', () => {
      const one = taught()
      one.feed(more)
      one.tick()
      expect([...one.found.values()].map(({ title }) => title)).toEqual([])
    })

    it('explains each detection', () => {
      const one = taught()
      one.feed(odd)
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
        for (const { line } of detection.evidence) expect(line.length).toBeLessThanOrEqual(1000)
        if (detection.learning) expect(['info', 'low']).toContain(detection.severity)
      }
    })

    it('gives the same answer to the same events', () => {
      const [a, b] = [taught(), taught()]
      for (const one of [a, b]) {
        one.feed(odd)
        one.tick()
      }
      expect([...a.found]).toEqual([...b.found])
    })

    it('gives the same detections whatever the size of the batches', () => {
      const all = [...ordinary, ...odd]
      const [whole, ...parts] = [4096, 1, 7, 333].map((size) => {
        const one = start()
        one.feed(all, size)
        one.tick()
        return [...one.found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
      })
      for (const part of parts) expect(part).toEqual(whole)
    })

    it('is the same whether it judges and learns in two steps or in one', () => {
      const steps = [start(), start(true)]
      for (const one of steps) {
        one.feed(ordinary)
        one.feed(odd)
        one.tick()
      }
      const [two, one] = steps.map(({ found, detector }) => ({ found: [...found], state: detector.save?.() }))
      expect(one).toEqual(two)
    })

    it('does not learn while it judges', () => {
      const one = start()
      if (!one.detector.learn) return
      one.feed(ordinary, 500, false)
      one.found.clear()
      one.feed(odd, 500, false)
      one.tick()
      expect([...one.found.values()].filter(({ learning }) => !learning).map(({ title }) => title)).toEqual([])
    })

    it('learns from events that it does not judge', () => {
      const one = start()
      if (!one.detector.learn) return
      for (let at = 0; at < ordinary.length; at += 500) one.detector.learn(ordinary.slice(at, at + 500))
      one.feed(odd)
      one.tick()
      expect(one.found.size).toBeGreaterThan(0)
    })

    it('remembers across save and restore', () => {
      const [before, after] = [taught(), start()]
      const state = before.detector.save?.()
      if (!state) return
      after.detector.restore?.(state)
      for (const one of [before, after]) {
        one.feed(odd)
        one.tick()
      }
      expect(after.found.size).toBeGreaterThan(0)
      expect([...after.found.values()].map(({ title }) => title).sort()).toEqual(
        [...before.found.values()].map(({ title }) => title).sort(),
      )
    })

    it('refuses the state of another version, and says what to do', () => {
      const { restore } = start().detector
      if (!restore) return
      const states = [createWriter(name, 9999).finish(), createWriter('other', 1).finish(), new Uint8Array([1, 2, 3])]
      for (const state of states) {
        const refused = () => restore(state)
        expect(refused).toThrow(AppError)
        expect(refused).toThrow(expect.objectContaining({ code: 'STATE_VERSION', hint: expect.stringMatching(/\w/) }))
      }
    })

    it('stays within its memory whatever comes', () => {
      const one = start()
      let batch: Event[] = []
      let found = 0
      for (const event of flood(20_000)) {
        batch.push(event)
        if (batch.length < 500) continue
        found += one.judge(batch).length
        batch = []
      }
      expect(one.detector.save?.().length ?? 0).toBeLessThan(maxState)
      // Twenty thousand strangers are not twenty thousand findings.
      expect(found).toBeLessThan(200)
    })
  })
}
