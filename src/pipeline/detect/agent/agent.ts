import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/codec/codec.ts'
import type { Agent } from '../../../schema/agent.ts'
import type { Detection } from '../../../schema/detection.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { readState } from '../shared/state.ts'
import { compileAgent, type Line, toLine } from './agent-reader.ts'
import { packPlaces, unpackPlaces } from './agent-state.ts'
import { tellEpisode } from './agent-story.ts'
import { type AgentEpisode, type AgentPlace, retell, sceneOf, startPlace, tickPlace, watch } from './agent-watch.ts'

const name = 'agent'
const version = 1

export const agentOptions = z.strictObject({
  max_places: z.int().min(1).default(200).describe('How many devices are watched at once, times agents.'),
})

/**
 * Counts what agents look for in the last minutes of each device, and tells when it is too much. The limits are the agents' own; nothing
 * is learnt. Not for what has no limit that fits all: that is what `agent-model` and `baseline` are for.
 */
export const agentDetector = (agents: readonly Agent[] = []): Component<typeof agentOptions, Detector> => ({
  name,
  summary: 'Runs the agents that watch the lines of some programs for more than their thresholds allow.',
  options: agentOptions,
  create({ max_places }, { now }) {
    const compiled = agents.map(compileAgent)
    let places = new BoundedMap<AgentPlace>(max_places)

    return {
      name,
      detect(events) {
        const found = new Map<string, Detection>()
        const tell = (place: AgentPlace, episode: AgentEpisode) => {
          const detection = tellEpisode(place, episode, name)
          found.set(detection.id, detection)
        }
        for (const event of events) {
          if (event.kind === 'pipeline_error') continue
          let line: Line | undefined
          for (const agent of compiled) {
            if (!agent.takes(event)) continue
            line ??= toLine(event)
            const scene = sceneOf(agent, event)
            let place = places.get(scene.key)
            if (!place) {
              place = startPlace(agent, scene)
              const gone = places.set(scene.key, place)
              if (gone) retell(gone.value, tell)
            }
            watch(place, line, tell)
          }
        }
        if (events.length === 0) for (const place of places.values()) tickPlace(place, now(), tell)
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
