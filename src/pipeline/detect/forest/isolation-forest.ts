import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { hour } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { textField } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { flatText } from '../shared/flat-text.ts'
import { readOpenParts, writeOpenParts } from '../shared/open-parts.ts'
import { toProbability, toScore } from '../shared/score.ts'
import { readState } from '../shared/state.ts'
import {
  assessRow,
  learnRow,
  type RowAssessment,
  readModel,
  startModel,
  type WindowModel,
  writeModel,
} from '../shared/window-model.ts'
import {
  addEvent,
  type FeatureWindow,
  hasEnoughEvents,
  isDone,
  isOneClient,
  restartAt,
  startWindow,
  streamScale,
  windowRow,
} from './feature-window.ts'
import { explainWindows, unusualFeatures, type WindowRun } from './window-explanation.ts'
import { readOpenWindow, writeOpenWindow } from './window-state.ts'

const name = 'isolation-forest'
const version = 1

const options = z.strictObject({
  threshold: z
    .number()
    .min(0.25)
    .max(1)
    .default(0.5)
    .describe('How unusual minutes must be to be reported: 0.5 is one window in 10,000.'),
  warmup: z
    .int()
    .min(1)
    .default(96)
    .describe('How many windows of a stream to learn before findings may be rated above low.'),
  seed: z.int().default(1).describe('Seed of the forests. The same events and seed give the same findings.'),
  max_streams: z.int().min(1).default(300).describe('How many streams to track.'),
})

/** The state of one stream. */
export interface WindowedStream {
  readonly source: string
  readonly stream: string
  readonly host: string | undefined
  readonly service: string | undefined
  readonly window: FeatureWindow
  model: WindowModel
  run: WindowRun | undefined
  usedAt: number
}

/**
 * Summarizes some minutes of a stream in ten features, and finds unusual combinations with an isolation forest over past windows. O(1) per
 * event, O(trees) per window. Not for streams with less than some dozens of busy hours.
 */
export const isolationForest: Component<typeof options, Detector> = {
  name,
  summary: 'Finds unusual minutes of a stream by its levels, messages, users, addresses and failures together.',
  options,
  create(given, { now }) {
    const most = toProbability(given.threshold)
    let streams = new BoundedMap<WindowedStream>(given.max_streams)
    let found = new Map<string, Detection>()

    const begin = (event: Event): WindowedStream | undefined => {
      if (!streams.admits(event.stream)) return undefined
      const stream: WindowedStream = {
        source: event.source,
        stream: event.stream,
        host: flatText(textField(event, 'host.name') ?? '') || undefined,
        service: flatText(textField(event, 'service.name') ?? '') || undefined,
        window: startWindow(),
        model: startModel(),
        run: undefined,
        usedAt: event.time,
      }
      streams.set(event.stream, stream)
      return stream
    }
    const close = (stream: WindowedStream): void => {
      const { window } = stream
      if (!hasEnoughEvents(window)) return
      const row = windowRow(window, stream.model.known)
      const assessment = assessRow(streamScale, stream.model, row, most)
      if (assessment) reportUnusual(stream, assessment)
      stream.model = learnRow(streamScale, stream.model, row, window.templates.keys(), given.seed)
    }
    const reportUnusual = (stream: WindowedStream, assessment: RowAssessment): void => {
      const score = toScore(assessment.probability)
      if (unusualFeatures(assessment).length === 0) return
      const { window, run } = stream
      const continues = run && window.start - run.last <= hour
      const worse = !continues || score > run.score
      const next: WindowRun = {
        start: continues ? run.start : window.start,
        from: continues ? run.from : (window.first?.time ?? window.start),
        last: window.lastTime,
        windows: (continues ? run.windows : 0) + 1,
        events: (continues ? run.events : 0) + window.count,
        ...(worse
          ? {
              score,
              assessment,
              span: window.lastTime - window.start,
              first: window.first,
              worst: window.worst,
              end: window.last,
              learning: stream.model.windows < given.warmup,
              ofOneClient: isOneClient(window),
            }
          : {
              score: run.score,
              assessment: run.assessment,
              span: run.span,
              first: run.first,
              worst: run.worst,
              end: run.end,
              learning: run.learning,
              ofOneClient: run.ofOneClient,
            }),
      }
      stream.run = next
      // Report a run again when it gets worse or has doubled.
      if (!worse && (next.windows & (next.windows - 1)) !== 0) return
      const detection = explainWindows(stream, next)
      found.set(detection.id, detection)
    }

    const detect = (events: readonly Event[]): Detection[] => {
      found = new Map()
      let at: WindowedStream | undefined
      for (const event of events) {
        if (at?.stream !== event.stream) at = streams.get(event.stream) ?? begin(event)
        if (!at) continue
        const { window } = at
        const { time } = event
        if (time > at.usedAt) at.usedAt = time
        if (Number.isNaN(window.start)) restartAt(window, time)
        else if (isDone(window, time)) {
          close(at)
          restartAt(window, time)
        }
        addEvent(window, event)
      }
      if (events.length === 0) {
        for (const stream of streams.values()) {
          if (!isDone(stream.window, now())) continue
          close(stream)
          stream.window.start = Number.NaN
        }
      }
      return [...found.values()]
    }

    return {
      name,
      detect,
      progress: () =>
        [...streams.values()].map(({ stream, model }) => ({
          of: stream,
          seen: model.windows,
          needed: given.warmup,
          unit: 'windows',
        })),
      save() {
        const writer = createWriter(name, version).varint(streams.size)
        for (const { source, stream, host, service, usedAt, model } of streams.values()) {
          writer
            .text(source)
            .text(stream)
            .text(host ?? '')
            .text(service ?? '')
            .f64(usedAt)
          writeModel(writer, model)
        }
        writeOpenParts(writer, [...streams.values()], writeOpenWindow)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<WindowedStream>(given.max_streams)
          const all: WindowedStream[] = []
          for (let left = reader.varint(); left > 0; left--) {
            const source = reader.text()
            const stream = reader.text()
            const host = reader.text() || undefined
            const service = reader.text() || undefined
            const usedAt = reader.f64()
            const model = readModel(reader)
            const one: WindowedStream = {
              source,
              stream,
              host,
              service,
              window: startWindow(),
              model,
              run: undefined,
              usedAt,
            }
            restored.set(stream, one)
            all.push(one)
          }
          readOpenParts(reader, all, readOpenWindow)
          streams = restored
        })
      },
    }
  },
}
