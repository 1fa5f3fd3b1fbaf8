import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { hour, minute } from '../../../lib/units/time.ts'
import type { Agent } from '../../../schema/agent/agent.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { readOpenParts, writeOpenParts } from '../shared/open-parts.ts'
import { toProbability } from '../shared/score.ts'
import { readState } from '../shared/state.ts'
import { assessRow, fitBehind, learnRow, readModel, startModel, writeModel } from '../shared/window-model.ts'
import { agentRow, columnsOf, scaleOf } from './agent-columns.ts'
import { explainModelRun, type ModelRun, unusualColumns } from './agent-model-explanation.ts'
import { type LearnedPlace, readOpenPlace, writeOpenPlace } from './agent-model-state.ts'
import { type AgentLine, type CompiledAgent, compileAgent, toLine } from './agent-reader.ts'
import { type AgentPlace, agentOrigin, rememberDetails, startPlace } from './agent-watch.ts'
import { addLine, slideTo, windowFeatures } from './agent-window.ts'

const name = 'agent-model'
const version = 1
/** A window with fewer lines is not scored. */
const leastLines = 5

export const agentModelOptions = z.strictObject({
  threshold: z
    .number()
    .min(0.25)
    .max(1)
    .default(0.5)
    .describe('How unusual the counts of a window must be to be reported: 0.5 is one window in 10,000.'),
  warmup_hours: z
    .number()
    .min(0)
    .default(24)
    .describe('How many hours to learn a device before findings may be rated above low.'),
  seed: z.int().default(42).describe('Seed of the forests. The same events and seed give the same findings.'),
  max_places: z.int().min(1).default(100).describe('How many pairs of agent and device to learn.'),
})

/**
 * Learns the usual windows of each agent and device with an isolation forest. Finds windows whose counts are unusual although none exceeds
 * a threshold. O(1) per event, O(trees) per window. Not for devices with less than some dozens of windows.
 */
export const agentModelDetector = (agents: readonly Agent[] = []): Component<typeof agentModelOptions, Detector> => ({
  name,
  summary: 'Learns the usual counts of agents on each device and finds unusual minutes.',
  options: agentModelOptions,
  create(given, { now }) {
    const learners = agents.filter(({ agent_type }) => agent_type !== 'rule_based').map(toLearner)
    const most = toProbability(given.threshold)
    let places = new BoundedMap<LearnedPlace>(given.max_places)
    let found = new Map<string, Detection>()

    const neededOf = ({ step }: CompiledAgent) => fitBehind((given.warmup_hours * hour) / step)
    const begin = (key: string, learned: LearnedPlace): LearnedPlace => {
      places.set(key, learned)
      return learned
    }
    const close = ({ agent, columns, scale }: Learner, learned: LearnedPlace, end: number): void => {
      const { place, model } = learned
      const row = agentRow(columns, place.window)
      const assessment = learned.lines >= leastLines ? assessRow(scale, model, row, most) : undefined
      const unusual = assessment ? unusualColumns(assessment, columns, agent, place.window) : []
      if (assessment && unusual.length > 0) {
        const { run } = learned
        const continues = run !== undefined && end - run.last <= 3 * agent.step
        const worse = !continues || assessment.probability < run.assessment.probability
        const next: ModelRun = {
          ...(worse
            ? {
                assessment,
                features: windowFeatures(place.window, agent),
                samples: samplesOf(
                  learned,
                  unusual.map(({ column }) => column.feature),
                ),
                learning: model.fittedAt < neededOf(agent),
              }
            : run),
          start: continues ? run.start : end - agent.step,
          from: continues ? run.from : (learned.first?.time ?? end),
          last: learned.last?.time ?? end,
          lines: (continues ? run.lines : 0) + learned.lines,
          windows: (continues ? run.windows : 0) + 1,
        }
        learned.run = next
        // Report a run again when it gets worse.
        if (worse) {
          const detection = explainModelRun(place, next, unusual, name)
          found.set(detection.id, detection)
        }
      }
      learned.model = learnRow(scale, model, row, [], given.seed)
      learned.shown.clear()
      learned.first = undefined
      learned.last = undefined
      learned.lines = 0
    }

    const addToPlace = (learner: Learner, line: AgentLine): void => {
      const { agent } = learner
      const { event } = line
      const origin = agentOrigin(agent, event)
      const learned = places.get(origin.key) ?? begin(origin.key, startLearned(startPlace(agent, origin)))
      const { place } = learned
      slideTo(place.window, agent, event.time, (end) => close(learner, learned, end))
      const grew = addLine(place.window, agent, line)
      if (!grew) return
      learned.usedAt = Math.max(learned.usedAt, event.time)
      rememberDetails(place, event)
      learned.lines += 1
      const sample = keepSample(event)
      learned.first ??= sample
      learned.last = sample
      for (const feature of grew) if (!learned.shown.has(feature)) learned.shown.set(feature, sample)
    }

    const detect = (events: readonly Event[]): Detection[] => {
      found = new Map()
      for (const event of events) {
        if (event.kind === 'pipeline_error') continue
        let line: AgentLine | undefined
        for (const learner of learners) {
          if (!learner.agent.takes(event)) continue
          line ??= toLine(event)
          addToPlace(learner, line)
        }
      }
      if (events.length === 0) {
        for (const learned of places.values()) {
          const learner = learners.find(({ agent }) => agent === learned.place.agent)
          if (learner) slideTo(learned.place.window, learner.agent, now(), (end) => close(learner, learned, end))
        }
      }
      return [...found.values()]
    }

    return {
      name,
      detect,
      progress: () =>
        [...places.entries()].map(([key, { model, place }]) => ({
          of: key.split('\0').filter(Boolean).join(' '),
          seen: model.windows,
          needed: neededOf(place.agent),
          unit: 'windows',
        })),
      save() {
        const writer = createWriter(name, version).varint(places.size)
        for (const [key, { place, model, usedAt }] of places.entries()) {
          const { agent, source, host, device } = place
          writer
            .text(key)
            .text(agent.id)
            .text(source)
            .text(host ?? '')
            .f64(device ?? Number.NaN)
            .f64(usedAt)
          writeModel(writer, model)
        }
        writeOpenParts(writer, [...places.values()], writeOpenPlace)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<LearnedPlace>(given.max_places)
          const all: (LearnedPlace | undefined)[] = []
          for (let left = reader.varint(); left > 0; left--) {
            const key = reader.text()
            const id = reader.text()
            const source = reader.text()
            const host = reader.text() || undefined
            const device = reader.f64()
            const usedAt = reader.f64()
            const model = readModel(reader)
            const learner = learners.find(({ agent }) => agent.id === id)
            // An agent with other features needs a new model.
            if (!learner || model.rows.some((row) => row.length !== learner.columns.length)) {
              all.push(undefined)
              continue
            }
            const place = startPlace(learner.agent, { source, host, time: usedAt })
            place.device = Number.isNaN(device) ? null : device
            const one = { ...startLearned(place), model, usedAt }
            restored.set(key, one)
            all.push(one)
          }
          readOpenParts(reader, all, readOpenPlace)
          places = restored
        })
      },
    }
  },
})

/** An agent whose windows follow one another without overlap, with the columns of its model. */
const toLearner = (agent: Agent) => {
  const compiled: CompiledAgent = {
    ...compileAgent(agent),
    step: agent.analysis_rules.lookback_minutes * minute,
    steps: 1,
  }
  const columns = columnsOf(compiled)
  return { agent: compiled, columns, scale: scaleOf(columns) }
}
type Learner = ReturnType<typeof toLearner>

const startLearned = (place: AgentPlace): LearnedPlace => ({
  place,
  model: startModel(),
  shown: new Map(),
  first: undefined,
  last: undefined,
  lines: 0,
  run: undefined,
  usedAt: place.usedAt,
})

/** Returns the first line, the first line of each unusual feature, and the last line, without duplicates. */
const samplesOf = ({ first, last, shown }: LearnedPlace, features: readonly string[]): readonly EventSample[] => {
  const samples = [first, ...features.map((feature) => shown.get(feature)), last].filter((one) => one !== undefined)
  const between = samples.slice(1, -1).sort((a, b) => a.time - b.time)
  return [...new Map([...samples.slice(0, 1), ...between, ...samples.slice(-1)].map((one) => [one.id, one])).values()]
}
