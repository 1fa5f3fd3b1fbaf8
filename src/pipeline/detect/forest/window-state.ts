import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'
import { readAssessment, writeAssessment } from '../shared/window-model.ts'
import type { FeatureWindow } from './feature-window.ts'
import type { WindowRun } from './window-explanation.ts'

/** The open part of a stream: the window that has not ended, and the latest run of unusual windows, which may continue. */
interface OpenWindow {
  readonly window: FeatureWindow
  run: WindowRun | undefined
}

export const writeOpenWindow = (writer: Writer, { window, run }: OpenWindow, samples: EventSample[]): void => {
  writer.f64(window.start).f64(window.lastTime).f64(window.bytes)
  for (const count of [window.count, window.errors, window.warnings, window.failures]) writer.varint(count)
  for (const counts of [window.refused, window.templates]) {
    writer.varint(counts.size)
    for (const [text, count] of counts) writer.text(text).varint(count)
  }
  for (const texts of [window.users, window.addresses]) {
    writer.varint(texts.size)
    for (const text of texts) writer.text(text)
  }
  for (const sample of [window.first, window.last, window.worst]) writeSample(writer, sample, samples)
  writer.u8(run ? 1 : 0)
  if (run) writeRun(writer, run, samples)
}

/** Reads what is open into a stream that has nothing open. */
export const readOpenWindow = (reader: Reader, stream: OpenWindow, samples: EventSample[]): void => {
  const { window } = stream
  window.start = reader.f64()
  window.lastTime = reader.f64()
  window.bytes = reader.f64()
  window.count = reader.varint()
  window.errors = reader.varint()
  window.warnings = reader.varint()
  window.failures = reader.varint()
  for (const counts of [window.refused, window.templates])
    for (let left = reader.varint(); left > 0; left--) counts.set(reader.text(), reader.varint())
  for (const texts of [window.users, window.addresses])
    for (let left = reader.varint(); left > 0; left--) texts.add(reader.text())
  window.first = readSample(reader, samples)
  window.last = readSample(reader, samples)
  window.worst = readSample(reader, samples)
  if (reader.u8() === 1) stream.run = readRun(reader, samples)
}

const writeRun = (writer: Writer, run: WindowRun, samples: EventSample[]): void => {
  writer.f64(run.start).f64(run.from).f64(run.last).varint(run.windows).varint(run.events).f64(run.score).f64(run.span)
  writeAssessment(writer, run.assessment)
  for (const sample of [run.first, run.worst, run.end]) writeSample(writer, sample, samples)
  writer.u8(run.learning ? 1 : 0).u8(run.ofOneClient ? 1 : 0)
}

const readRun = (reader: Reader, samples: EventSample[]): WindowRun => ({
  start: reader.f64(),
  from: reader.f64(),
  last: reader.f64(),
  windows: reader.varint(),
  events: reader.varint(),
  score: reader.f64(),
  span: reader.f64(),
  assessment: readAssessment(reader),
  first: readSample(reader, samples),
  worst: readSample(reader, samples),
  end: readSample(reader, samples),
  learning: reader.u8() === 1,
  ofOneClient: reader.u8() === 1,
})
