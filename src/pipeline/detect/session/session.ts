import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import type { SessionFact } from '../../../lib/sessions/sessions.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { readState } from '../shared/state.ts'
import { deviationKey, explainUnusualSession, type UnusualSession } from './session-explanation.ts'
import {
  addToSession,
  endIdle,
  manyKeys,
  readSessionStream,
  type SessionStream,
  samplesOf,
  sessionKeyOf,
  startStream,
  writeStream,
} from './session-stream.ts'

const name = 'session'
const version = 1
/** Sessions that have ended are scored and learned once per period of event time, in ms, … */
const periodLength = 600_000
/** … or once this many have ended. */
const mostEnded = 500
/** How many unusual sessions to report per stream and period. Sessions with the same deviation count as one. */
const maxReported = 3

const options = z.strictObject({
  idle_seconds: z.number().positive().default(60).describe('Seconds without an event after which a session has ended.'),
  chance: z.number().positive().max(0.1).default(0.005).describe('Maximum probability of a session to report.'),
  warmup: z
    .int()
    .min(10)
    .default(200)
    .describe('How many sessions of a stream to learn before findings may be rated above low.'),
  max_streams: z.int().min(1).default(100).describe('How many streams to track.'),
})

/** With fewer learned sessions, nothing is reported. */
const fewest = 50

/**
 * Finds unusual sessions (the lines of one request, trace or process): a missing event, an extra one, an unusual order or end. Leaves new
 * messages to `template`. Not for long-running programs, because they have no sessions.
 */
export const session: Component<typeof options, Detector> = {
  name,
  summary: 'Finds requests, traces and processes whose events deviate from those of others.',
  options,
  create({ idle_seconds: idleSeconds, chance: most, warmup, max_streams: maxStreams }, { now }) {
    const idle = idleSeconds * 1000
    let streams = new BoundedMap<SessionStream>(maxStreams)
    let found: Detection[] = []
    /** The streams whose model was rebuilt in this batch. */
    const rebuilt = new Set<SessionStream>()

    const begin = (event: Event): SessionStream | undefined => {
      if (!streams.admits(event.stream)) return undefined
      const stream = startStream(event)
      streams.set(event.stream, stream)
      return stream
    }
    /** Scores and learns the ended sessions once per period of event time. */
    const endPeriod = (stream: SessionStream, time: number): void => {
      const period = Math.floor(time / periodLength)
      if (period <= stream.period) return
      const isFirst = stream.period === Number.NEGATIVE_INFINITY
      stream.period = period
      if (isFirst) return
      endIdle(stream, time, idle)
      settle(stream)
    }
    /** Scores the sessions that ended, then learns them. */
    const settle = (stream: SessionStream): void => {
      const { ended, learned } = stream
      stream.ended = []
      if (ended.length === 0 || stream.keys.size < manyKeys) return
      if (learned.size >= fewest) reportUnusual(stream, ended)
      // Rebuilding the model costs O(patterns), so do it at most once a batch.
      if (!rebuilt.has(stream)) learned.settle()
      rebuilt.add(stream)
      for (const { events } of ended) learned.add(events)
    }
    /** Ends open sessions when no more events come. Old logs are behind the clock, so two quiet ticks in a row are needed. */
    const tick = (stream: SessionStream): void => {
      const isQuiet = stream.isQuiet && now() - stream.usedAt > idle + periodLength
      stream.isQuiet = true
      if (!isQuiet || stream.open.size + stream.ended.length === 0) return
      endIdle(stream, Number.POSITIVE_INFINITY, idle)
      settle(stream)
      stream.period = Number.NEGATIVE_INFINITY
    }
    const reportUnusual = (stream: SessionStream, ended: SessionStream['ended']): void => {
      const unusual = new Map<string, UnusualSession>()
      // With more known sessions, require a lower probability: fewer than three of them may look as unusual.
      const limit = Math.min(most, 3 / stream.learned.size)
      // Most sessions follow one of a few patterns, so cache their probabilities.
      const chances = new Map<string, number>()
      for (const one of ended) {
        const pattern = one.events.join(' ')
        const chance = chances.get(pattern) ?? toChance(stream.learned.score(one.events))
        chances.set(pattern, chance)
        if (chance > limit) continue
        const facts = stream.learned.explain(one.events).filter(isRelevant)
        const [lead] = facts
        if (!lead || lead.weight < leastWeight) continue
        const sign = deviationKey(lead)
        const same = unusual.get(sign)
        if (same) unusual.set(sign, { ...same, others: same.others + 1 })
        else unusual.set(sign, { session: one, chance, facts, others: 0, learning: stream.learned.size < warmup })
      }
      const reported = [...unusual.values()].sort((a, b) => a.chance - b.chance).slice(0, maxReported)
      found.push(...reported.map((one) => explainUnusualSession(name, stream, one)))
    }
    const detect = (events: readonly Event[]): Detection[] => {
      found = []
      rebuilt.clear()
      for (const event of events) {
        const key = sessionKeyOf(event)
        if (key === undefined) continue
        const stream = streams.get(event.stream) ?? begin(event)
        if (!stream) continue
        stream.usedAt = Math.max(stream.usedAt, event.time)
        stream.isQuiet = false
        endPeriod(stream, event.time)
        addToSession(stream, key, event, idle)
        if (stream.ended.length >= mostEnded) settle(stream)
      }
      if (events.length === 0) for (const stream of streams.values()) tick(stream)
      return found
    }

    return {
      name,
      detect,
      progress: () =>
        [...streams.values()]
          .filter(({ keys }) => keys.size >= manyKeys)
          .map(({ stream, learned }) => ({ of: stream, seen: learned.size, needed: warmup, unit: 'sessions' })),
      save() {
        const writer = createWriter(name, version).varint(streams.size)
        for (const stream of streams.values()) writeStream(writer, stream)
        writeSampleFields(writer, [...streams.values()].flatMap(samplesOf))
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<SessionStream>(maxStreams)
          const samples: EventSample[] = []
          for (let left = reader.varint(); left > 0; left--) {
            const stream = readSessionStream(reader)
            samples.push(...samplesOf(stream))
            restored.set(stream.stream, stream)
          }
          readSampleFields(reader, samples)
          streams = restored
        })
      },
    }
  },
}

/** The minimum share of the surprise that the strongest fact must carry. */
const leastWeight = 0.25

/** A fact shared by more sessions is common. `template` reports new messages. */
const commonShare = 0.01

const isRelevant = (fact: SessionFact): boolean => {
  if (fact.kind === 'new-event') return false
  return fact.kind === 'odd-count' || fact.kind === 'missing-event' || fact.share < commonShare
}

/** Inverts the score of a session, x / (x + ln 30) above 0.1, to the probability e^−x. */
const toChance = (score: number): number => {
  const unusual = Math.max(0, (score - 0.1) / 0.9)
  return Math.exp((-Math.log(30) * unusual) / Math.max(1e-9, 1 - unusual))
}
