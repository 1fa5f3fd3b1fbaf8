import { z } from 'zod'
import { type EventSample, keptFields, savedFields } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import type { CompiledAgent } from './agent-reader.ts'
import type { AgentPlace } from './agent-watch.ts'
import { sumWindow } from './agent-window.ts'

const longestKept = 500

const sample = z
  .object({ id: z.string(), time: z.number(), original: z.string(), fields: savedFields })
  .transform((one): EventSample => one)
/** JSON writes infinity and NaN as null. */
const orElse = (instead: number) =>
  z
    .number()
    .nullable()
    .transform((value) => value ?? instead)
const past = orElse(Number.NEGATIVE_INFINITY)

const savedPlace = z.object({
  key: z.string(),
  agent: z.string(),
  source: z.string(),
  host: z.string().optional(),
  service: z.string().optional(),
  device: z.number().nullable(),
  addresses: z.array(z.string()),
  at: orElse(Number.NaN),
  steps: z.array(z.tuple([z.number(), z.array(z.number())])),
  sets: z.array(z.array(z.tuple([z.string(), z.number()]))),
  episodes: z.array(
    z.object({
      type: z.string(),
      start: z.number(),
      from: z.number(),
      last: past,
      peak: z.number(),
      lines: z.number(),
      severity: z.number(),
      features: z.record(z.string(), z.union([z.number(), z.record(z.string(), z.number())])),
      samples: z.array(sample),
      reported: z.number(),
      reportedLast: past,
      open: z.boolean(),
    }),
  ),
  shown: z.array(z.tuple([z.string(), z.array(sample)])),
  newest: z.number(),
  usedAt: z.number(),
})

/** Serializes the places as JSON. */
export const packPlaces = (places: { entries(): Iterable<[string, AgentPlace]> }): string =>
  JSON.stringify(
    Array.from(places.entries(), ([key, { agent, window, ...place }]) => ({
      ...place,
      key,
      agent: agent.id,
      addresses: [...place.addresses],
      at: window.at,
      steps: Array.from(window.steps, ([step, counts]) => [step, [...counts]]),
      sets: window.sets.map((set) => [...set]),
      episodes: Array.from(place.episodes.values(), (episode) => ({
        ...episode,
        samples: episode.samples.map(toSaved),
      })),
      shown: Array.from(place.shown, ([name, samples]) => [name, samples.map(toSaved)]),
    })),
  )

/** Parses saved places. Drops those of agents that are gone or have other features now. */
export const unpackPlaces = (
  text: string,
  agents: readonly CompiledAgent[],
): readonly (readonly [string, AgentPlace])[] =>
  z
    .array(savedPlace)
    .parse(JSON.parse(text))
    .flatMap(({ key, agent: id, at, steps, sets, episodes, shown, addresses, host, service, ...place }) => {
      const agent = agents.find((one) => one.id === id)
      if (!agent || sets.length !== agent.sets || steps.some(([, counts]) => counts.length !== agent.slots)) return []
      const window = {
        at,
        late: 0,
        steps: new Map(steps.map(([step, counts]) => [step, Float64Array.from(counts)] as const)),
        sets: sets.map((set) => new Map(set)),
        sums: new Float64Array(agent.slots),
      }
      sumWindow(window, agent)
      return [
        [
          key,
          {
            ...place,
            agent,
            host,
            service,
            addresses: new Set(addresses),
            window,
            episodes: new Map(episodes.map((episode) => [episode.type, episode])),
            shown: new Map(shown),
          },
        ] as const,
      ]
    })

const toSaved = (one: EventSample): EventSample => ({
  id: one.id,
  time: one.time,
  original: flatText(one.original, longestKept),
  fields: keptFields(one),
})
