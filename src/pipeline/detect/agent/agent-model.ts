import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/codec/codec.ts'
import type { Agent } from '../../../schema/agent.ts'
import type { Detection } from '../../../schema/detection.ts'
import type { Event } from '../../../schema/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { keepSample, type Sample } from '../shared/evidence.ts'
import { toProbability } from '../shared/score.ts'
import { readState } from '../shared/state.ts'
import {
  fitBehind,
  judgeRow,
  learnRow,
  readModel,
  startModel,
  type WindowModel,
  writeModel,
} from '../shared/window-model.ts'
import { columnsOf, scaleOf, toRow } from './agent-columns.ts'
import { type ModelRun, oddColumns, tellModel } from './agent-model-story.ts'
import { type CompiledAgent, compileAgent, type Line, toLine } from './agent-reader.ts'
import { type AgentPlace, notePlace, sceneOf, startPlace } from './agent-watch.ts'
import { addLine, featuresOf, slideTo } from './agent-window.ts'

const name = 'agent-model'
const version = 1
/** With fewer lines there is nothing to tell from a window. */
const leastLines = 5
const hour = 3_600_000

export const agentModelOptions = z.strictObject({
  threshold: z
    .number()
    .min(0.25)
    .max(1)
    .default(0.5)
    .describe('How odd the numbers of an agent must be together to be told: 0.5 is one window in 10,000.'),
  warmup_hours: z
    .number()
    .min(0)
    .default(24)
    .describe('For how many hours a device must have been learnt before its findings may be graver than low.'),
  seed: z.int().default(42).describe('The seed of the forests: the same events give the same answer.'),
  max_places: z.int().min(1).default(100).describe('How many devices are learnt at once, times agents.'),
})

/** What one agent has learnt of one device, and what it counts there now. */
interface Learnt {
  readonly place: AgentPlace
  model: WindowModel
  /** The first line of each feature in the window. */
  readonly shown: Map<string, Sample>
  first: Sample | undefined
  last: Sample | undefined
  lines: number
  run: ModelRun | undefined
  usedAt: number
}

/**
 * Learns what is usual in all that an agent counts in a window, device by device, and tells windows whose numbers are unlike those before
 * though none passes a threshold: an isolation forest over the past windows. O(1) an event, O(trees) a window. Not for devices with less
 * than some dozens of windows behind them.
 */
export const agentModelDetector = (agents: readonly Agent[] = []): Component<typeof agentModelOptions, Detector> => ({
  name,
  summary: 'Learns what agents usually count on each device, and finds minutes in which it is unlike before.',
  options: agentModelOptions,
  create(given, { now }) {
    const learners = agents.filter(({ agent_type }) => agent_type !== 'rule_based').map(toLearner)
    const most = toProbability(given.threshold)
    let places = new BoundedMap<Learnt>(given.max_places)
    let found = new Map<string, Detection>()

    const neededOf = ({ step }: CompiledAgent) => fitBehind((given.warmup_hours * hour) / step)
    const begin = (key: string, learnt: Learnt): Learnt => {
      places.set(key, learnt)
      return learnt
    }
    const close = ({ agent, columns, scale }: Learner, learnt: Learnt, end: number): void => {
      const { place, model } = learnt
      const row = toRow(columns, place.window)
      const verdict = learnt.lines >= leastLines ? judgeRow(scale, model, row, most) : undefined
      const odd = verdict ? oddColumns(verdict, columns, agent, place.window) : []
      if (verdict && odd.length > 0) {
        const { run } = learnt
        const goesOn = run !== undefined && end - run.last <= 3 * agent.step
        const worse = !goesOn || verdict.probability < run.verdict.probability
        const next: ModelRun = {
          ...(worse
            ? {
                verdict,
                features: featuresOf(place.window, agent),
                samples: samplesOf(
                  learnt,
                  odd.map(({ column }) => column.feature),
                ),
                learning: model.fittedAt < neededOf(agent),
              }
            : run),
          start: goesOn ? run.start : end - agent.step,
          from: goesOn ? run.from : (learnt.first?.time ?? end),
          last: learnt.last?.time ?? end,
          lines: (goesOn ? run.lines : 0) + learnt.lines,
          windows: (goesOn ? run.windows : 0) + 1,
        }
        learnt.run = next
        // A run that goes on is told again when it gets worse.
        if (worse) {
          const detection = tellModel(place, next, odd, name)
          found.set(detection.id, detection)
        }
      }
      learnt.model = learnRow(scale, model, row, [], given.seed)
      learnt.shown.clear()
      learnt.first = undefined
      learnt.last = undefined
      learnt.lines = 0
    }

    const take = (learner: Learner, line: Line): void => {
      const { agent } = learner
      const { event } = line
      const scene = sceneOf(agent, event)
      const learnt = places.get(scene.key) ?? begin(scene.key, startLearnt(startPlace(agent, scene)))
      const { place } = learnt
      slideTo(place.window, agent, event.time, (end) => close(learner, learnt, end))
      const grew = addLine(place.window, agent, line)
      if (!grew) return
      learnt.usedAt = Math.max(learnt.usedAt, event.time)
      notePlace(place, event)
      learnt.lines += 1
      const sample = keepSample(event)
      learnt.first ??= sample
      learnt.last = sample
      for (const feature of grew) if (!learnt.shown.has(feature)) learnt.shown.set(feature, sample)
    }

    const detect = (events: readonly Event[]): Detection[] => {
      found = new Map()
      for (const event of events) {
        if (event.kind === 'pipeline_error') continue
        let line: Line | undefined
        for (const learner of learners) {
          if (!learner.agent.takes(event)) continue
          line ??= toLine(event)
          take(learner, line)
        }
      }
      if (events.length === 0) {
        for (const learnt of places.values()) {
          const learner = learners.find(({ agent }) => agent === learnt.place.agent)
          if (learner) slideTo(learnt.place.window, learner.agent, now(), (end) => close(learner, learnt, end))
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
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<Learnt>(given.max_places)
          for (let left = reader.varint(); left > 0; left--) {
            const key = reader.text()
            const id = reader.text()
            const source = reader.text()
            const host = reader.text() || undefined
            const device = reader.f64()
            const usedAt = reader.f64()
            const model = readModel(reader)
            const learner = learners.find(({ agent }) => agent.id === id)
            // Another list of features is another model.
            if (!learner || model.rows.some((row) => row.length !== learner.columns.length)) continue
            const place = startPlace(learner.agent, { source, host, time: usedAt })
            place.device = Number.isNaN(device) ? null : device
            restored.set(key, { ...startLearnt(place), model, usedAt })
          }
          places = restored
        })
      },
    }
  },
})

/** An agent whose windows are as long as it looks back and follow one another, with the numbers that stand for each. */
const toLearner = (agent: Agent) => {
  const compiled: CompiledAgent = {
    ...compileAgent(agent),
    step: agent.analysis_rules.lookback_minutes * 60_000,
    steps: 1,
  }
  const columns = columnsOf(compiled)
  return { agent: compiled, columns, scale: scaleOf(columns) }
}
type Learner = ReturnType<typeof toLearner>

const startLearnt = (place: AgentPlace): Learnt => ({
  place,
  model: startModel(),
  shown: new Map(),
  first: undefined,
  last: undefined,
  lines: 0,
  run: undefined,
  usedAt: place.usedAt,
})

/** The first line, the first of each odd feature, and the last, each once. */
const samplesOf = ({ first, last, shown }: Learnt, features: readonly string[]): readonly Sample[] => {
  const samples = [first, ...features.map((feature) => shown.get(feature)), last].filter((one) => one !== undefined)
  const between = samples.slice(1, -1).sort((a, b) => a.time - b.time)
  return [...new Map([...samples.slice(0, 1), ...between, ...samples.slice(-1)].map((one) => [one.id, one])).values()]
}
