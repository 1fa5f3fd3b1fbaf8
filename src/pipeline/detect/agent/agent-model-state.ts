import { z } from 'zod'
import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'
import type { WindowModel } from '../shared/window-model.ts'
import { readAssessment, writeAssessment } from '../shared/window-model.ts'
import type { ModelRun } from './agent-model-explanation.ts'
import type { AgentPlace } from './agent-watch.ts'
import { sumWindow } from './agent-window.ts'

/** The model of one agent and device, with the current window. */
export interface LearnedPlace {
  readonly place: AgentPlace
  model: WindowModel
  /** The first line of each feature in the window. */
  readonly shown: Map<string, EventSample>
  first: EventSample | undefined
  last: EventSample | undefined
  lines: number
  run: ModelRun | undefined
  usedAt: number
}

const savedFeatures = z.record(z.string(), z.union([z.number(), z.record(z.string(), z.number())]))

/** Writes the open part of a place: its window, and the latest run of unusual windows, which may continue. */
export const writeOpenPlace = (writer: Writer, learned: LearnedPlace, samples: EventSample[]): void => {
  const { place, shown, run } = learned
  const { window, agent } = place
  writer.varint(agent.slots).varint(window.sets.length)
  writer.f64(window.at).varint(window.late).varint(window.steps.size)
  for (const [step, counts] of window.steps) writer.f64(step).f64s(counts)
  for (const set of window.sets) {
    writer.varint(set.size)
    for (const [text, step] of set) writer.text(text).f64(step)
  }
  writer.text(place.service ?? '').varint(place.addresses.size)
  for (const address of place.addresses) writer.text(address)
  writer.varint(learned.lines)
  writeSample(writer, learned.first, samples)
  writeSample(writer, learned.last, samples)
  writer.varint(shown.size)
  for (const [feature, sample] of shown) writeSample(writer.text(feature), sample, samples)
  writer.u8(run ? 1 : 0)
  if (run) writeRun(writer, run, samples)
}

/** Reads the open part into a place that has nothing open. Skips it if the features of the agent have changed. */
export const readOpenPlace = (reader: Reader, learned: LearnedPlace, samples: EventSample[]): void => {
  const { place, shown } = learned
  const { window, agent } = place
  const [slots, sets] = [reader.varint(), reader.varint()]
  if (slots !== agent.slots || sets !== agent.sets) return
  window.at = reader.f64()
  window.late = reader.varint()
  for (let left = reader.varint(); left > 0; left--) window.steps.set(reader.f64(), reader.f64s())
  for (const set of window.sets) for (let left = reader.varint(); left > 0; left--) set.set(reader.text(), reader.f64())
  sumWindow(window, agent)
  place.service = reader.text() || undefined
  for (let left = reader.varint(); left > 0; left--) place.addresses.add(reader.text())
  learned.lines = reader.varint()
  learned.first = readSample(reader, samples)
  learned.last = readSample(reader, samples)
  for (let left = reader.varint(); left > 0; left--) {
    const feature = reader.text()
    const sample = readSample(reader, samples)
    if (sample) shown.set(feature, sample)
  }
  if (reader.u8() === 1) learned.run = readRun(reader, samples)
}

const writeRun = (writer: Writer, run: ModelRun, samples: EventSample[]): void => {
  writer.f64(run.start).f64(run.from).f64(run.last).varint(run.lines).varint(run.windows)
  writeAssessment(writer, run.assessment)
  writer
    .text(JSON.stringify(run.features))
    .u8(run.learning ? 1 : 0)
    .varint(run.samples.length)
  for (const sample of run.samples) writeSample(writer, sample, samples)
}

const readRun = (reader: Reader, samples: EventSample[]): ModelRun => ({
  start: reader.f64(),
  from: reader.f64(),
  last: reader.f64(),
  lines: reader.varint(),
  windows: reader.varint(),
  assessment: readAssessment(reader),
  features: savedFeatures.parse(JSON.parse(reader.text())),
  learning: reader.u8() === 1,
  samples: Array.from({ length: reader.varint() }, () => readSample(reader, samples)).filter(
    (one) => one !== undefined,
  ),
})
