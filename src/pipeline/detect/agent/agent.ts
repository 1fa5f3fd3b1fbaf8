import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import type { Agent } from '../../../schema/agent/agent.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { readState } from '../shared/state.ts'
import { explainEpisode } from './agent-explanation.ts'
import { type AgentLine, compileAgent, toLine } from './agent-reader.ts'
import { packPlaces, unpackPlaces } from './agent-state.ts'
import {
  type AgentEpisode,
  type AgentPlace,
  agentOrigin,
  reportChanges,
  startPlace,
  tickPlace,
  watch,
} from './agent-watch.ts'

const name = 'agent'
const version = 2

export const agentOptions = z.strictObject({
  max_places: z.int().min(1).default(200).describe('How many pairs of agent and device to watch.'),
})

/**
 * Counts the features of agents in the last minutes of each device, and reports exceeded thresholds. The thresholds come from the agents;
 * nothing is learned. Where no fixed threshold fits, use `agent-model` or `baseline`.
 */
export const agentDetector = (agents: readonly Agent[] = []): Component<typeof agentOptions, Detector> => ({
  name,
  summary: 'Runs agents, which watch the logs of some programs for exceeded thresholds.',
  options: agentOptions,
  create({ max_places }, { now }) {
    const compiled = agents.map(compileAgent)
    let places = new BoundedMap<AgentPlace>(max_places)

    return {
      name,
      detect(events) {
        const found = new Map<string, Detection>()
        const report = (place: AgentPlace, episode: AgentEpisode) => {
          const detection = explainEpisode(place, episode, name)
          found.set(detection.id, detection)
        }
        for (const event of events) {
          if (event.kind === 'pipeline_error') continue
          let line: AgentLine | undefined
          for (const agent of compiled) {
            if (!agent.takes(event)) continue
            line ??= toLine(event)
            const origin = agentOrigin(agent, event)
            let place = places.get(origin.key)
            if (!place) {
              place = startPlace(agent, origin)
              const gone = places.set(origin.key, place)
              if (gone) reportChanges(gone.value, report)
            }
            watch(place, line, report)
          }
        }
        if (events.length === 0) for (const place of places.values()) tickPlace(place, now(), report)
        return [...found.values()]
      },
      save: () => createWriter(name, version).text(packPlaces(places)).finish(),
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<AgentPlace>(max_places)
          for (const [key, place] of unpackPlaces(reader.text(), compiled)) restored.set(key, place)
          places = restored
        })
      },
    }
  },
})
