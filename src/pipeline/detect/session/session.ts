import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/codec/codec.ts'
import type { SessionFact } from '../../../lib/sessions/sessions.ts'
import type { Detection } from '../../../schema/detection.ts'
import type { Event } from '../../../schema/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { readState } from '../shared/state.ts'
import { type OddSession, signOf, tellSession } from './session-story.ts'
import {
  addToSession,
  endIdle,
  keyOf,
  manyKeys,
  readStream,
  type SessionStream,
  startStream,
  writeStream,
} from './session-stream.ts'

const name = 'session'
const version = 1
/** Sessions that ended are judged, and then learnt, once in so many ms of event time … */
const periodLength = 600_000
/** … or when so many have. */
const mostEnded = 500
/** How many odd sessions of a stream are told of one period, those that went the same way as one. */
const mostTold = 3

const options = z.strictObject({
  idle_seconds: z.number().positive().default(60).describe('After how long without an event a session has ended.'),
  chance: z
    .number()
    .positive()
    .max(0.1)
    .default(0.005)
    .describe('How likely an ordinary session may be to look as odd and still be told.'),
  warmup: z
    .int()
    .min(10)
    .default(200)
    .describe('How many sessions of a stream must be known before its findings may be graver than low.'),
  max_streams: z.int().min(1).default(100).describe('For how many streams sessions are followed.'),
})

/** Below so many sessions nothing is told at all. */
const fewest = 50

/**
 * Finds sessions (the lines of one request, trace or process) that went unlike those before: an event missing, one too many, an odd order,
 * an odd end. New messages are told by `template`. Not for programs whose process goes on: those have no sessions.
 */
export const session: Component<typeof options, Detector> = {
  name,
  summary: 'Finds requests, traces and processes whose lines went unlike those of the others.',
  options,
  create({ idle_seconds: idleSeconds, chance: most, warmup, max_streams: maxStreams }, { now }) {
    const idle = idleSeconds * 1000
    let streams = new BoundedMap<SessionStream>(maxStreams)
    let found: Detection[] = []
    /** The streams whose model was rebuilt in this batch. */
    const rebuilt = new Set<SessionStream>()

    const begin = (event: Event): SessionStream => {
      const stream = startStream(event)
      streams.set(event.stream, stream)
      return stream
    }
    /** Once in a period of event time, what ended is judged and learnt. */
    const turn = (stream: SessionStream, time: number): void => {
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
      const { ended, learnt } = stream
      stream.ended = []
      if (ended.length === 0 || stream.keys.size < manyKeys) return
      if (learnt.size >= fewest) judge(stream, ended)
      // Rebuilding the model costs O(patterns), so do it at most once a batch.
      if (!rebuilt.has(stream)) learnt.settle()
      rebuilt.add(stream)
      for (const { events } of ended) learnt.add(events)
    }
    /** When nothing comes any more, what is open has ended. Old logs that are still being read are older than the clock, and come. */
    const tick = (stream: SessionStream): void => {
      const isQuiet = stream.isQuiet && now() - stream.usedAt > idle + periodLength
      stream.isQuiet = true
      if (!isQuiet || stream.open.size + stream.ended.length === 0) return
      endIdle(stream, Number.POSITIVE_INFINITY, idle)
      settle(stream)
      stream.period = Number.NEGATIVE_INFINITY
    }
    const judge = (stream: SessionStream, ended: SessionStream['ended']): void => {
      const odd = new Map<string, OddSession>()
      // The more sessions are known, the rarer must one be: of all of them, fewer than three may look as odd.
      const limit = Math.min(most, 3 / stream.learnt.size)
      // Most sessions go one of a few ways.
      const chances = new Map<string, number>()
      for (const one of ended) {
        const way = one.events.join(' ')
        const chance = chances.get(way) ?? toChance(stream.learnt.score(one.events))
        chances.set(way, chance)
        if (chance > limit) continue
        const facts = stream.learnt.explain(one.events).filter(isTelling)
        const [lead] = facts
        if (!lead || lead.weight < leastWeight) continue
        const sign = signOf(lead)
        const same = odd.get(sign)
        if (same) odd.set(sign, { ...same, others: same.others + 1 })
        else odd.set(sign, { session: one, chance, facts, others: 0, learning: stream.learnt.size < warmup })
      }
      const told = [...odd.values()].sort((a, b) => a.chance - b.chance).slice(0, mostTold)
      found.push(...told.map((one) => tellSession(name, stream, one)))
    }
    const detect = (events: readonly Event[]): Detection[] => {
      found = []
      rebuilt.clear()
      for (const event of events) {
        const key = keyOf(event)
        if (key === undefined) continue
        const stream = streams.get(event.stream) ?? begin(event)
        stream.usedAt = Math.max(stream.usedAt, event.time)
        stream.isQuiet = false
        turn(stream, event.time)
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
          .map(({ stream, learnt }) => ({ of: stream, seen: learnt.size, needed: warmup, unit: 'sessions' })),
      save() {
        const writer = createWriter(name, version).varint(streams.size)
        for (const stream of streams.values()) writeStream(writer, stream)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<SessionStream>(maxStreams)
          for (let left = reader.varint(); left > 0; left--) {
            const stream = readStream(reader)
            restored.set(stream.stream, stream)
          }
          streams = restored
        })
      },
    }
  },
}

/** A reason must carry so much of the surprise to be one. */
const leastWeight = 0.25

/** What at least one session in so many had is no news. New messages are told by another detector. */
const commonShare = 0.01

const isTelling = (fact: SessionFact): boolean => {
  if (fact.kind === 'new-event') return false
  return fact.kind === 'odd-count' || fact.kind === 'missing-event' || fact.share < commonShare
}

/** Turns the score of a session, x / (x + ln 30) above a tenth, back into the chance e^−x that it stands for. */
const toChance = (score: number): number => {
  const odd = Math.max(0, (score - 0.1) / 0.9)
  return Math.exp((-Math.log(30) * odd) / Math.max(1e-9, 1 - odd))
}
