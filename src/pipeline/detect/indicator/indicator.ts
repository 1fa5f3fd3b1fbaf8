import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter, type Reader, type Writer } from '../../../lib/bytes/codec.ts'
import { IndicatorIndex } from '../../../lib/indicators/indicator-index.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { severities } from '../../../schema/severity.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample, toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import { flatText } from '../shared/flat-text.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { readState } from '../shared/state.ts'
import { describeSighting, type Sighting, sightingsIn } from './indicator-explanation.ts'

const name = 'indicator'
const version = 1
const maxSamples = 10

const options = z.strictObject({
  min_level: z.enum(severities).default('medium').describe('Minimum severity of an indicator.'),
  min_confidence: z.number().min(0).max(1).default(0.4).describe('Minimum confidence of its sources, 0–1.'),
  quiet: z
    .int()
    .min(1)
    .default(3600)
    .describe('Seconds without a sighting after which the next one opens a new episode.'),
  max_episodes: z.int().min(1).default(5000).describe('How many episodes to remember.'),
})

/** Repeated sightings of one indicator at one place. */
interface Episode {
  readonly start: number
  last: number
  usedAt: number
  times: number
  /** The first lines, and the last one. */
  samples: EventSample[]
}

/** An empty index, for when threat intelligence is off. */
const nothing = new IndicatorIndex()

/** Finds values that threat intelligence lists. Reports repeats at the 2nd, 5th, 10th, 20th, 50th … sighting. */
export const indicatorDetector = (index: IndicatorIndex = nothing): Component<typeof options, Detector> => ({
  name,
  summary: 'Finds addresses, names, links and hashes that threat intelligence knows.',
  options,
  create({ min_level, min_confidence, quiet, max_episodes: maxEpisodes }) {
    const leastLevel = severities.indexOf(min_level)
    let episodes = new BoundedMap<Episode>(maxEpisodes)

    const isRelevant = ({ hit }: Sighting): boolean => hit.level >= leastLevel && hit.confidence >= min_confidence

    const recordSighting = (sighting: Sighting, event: Event): Detection | undefined => {
      const key = [sighting.hit.value, event.stream, sighting.role].join('\0')
      const known = episodes.get(key)
      const episode =
        known && event.time - known.last <= quiet * 1000
          ? known
          : { start: event.time, last: event.time, usedAt: event.time, times: 0, samples: [] }
      if (episode !== known) episodes.set(flatText(key, 2000), episode)
      episode.times++
      episode.last = Math.max(episode.last, event.time)
      episode.usedAt = episode.last
      if (episode.samples.length >= maxSamples) episode.samples.pop()
      episode.samples.push(keepSample(event))
      if (!/^[125]0*$/.test(String(episode.times))) return undefined
      return toDetection({
        detector: name,
        kind: 'indicator',
        source: event.source,
        stream: event.stream,
        subject: key,
        start: episode.start,
        from: episode.start,
        to: episode.last,
        ...describeSighting(sighting, event, episode.times),
        evidence: episode.samples.map((sample) => toEvidence(sample)),
        events: episode.times,
      })
    }

    return {
      name,
      detect(events) {
        // Without indicators, skip the scan.
        if (index.size === 0) return []
        const found = new Map<string, Detection>()
        for (const event of events) {
          if (event.kind === 'pipeline_error') continue
          for (const sighting of sightingsIn(event, index, event.time)) {
            const detection = isRelevant(sighting) ? recordSighting(sighting, event) : undefined
            if (detection) found.set(detection.id, detection)
          }
        }
        return [...found.values()]
      },
      save() {
        const writer = createWriter(name, version).varint(episodes.size)
        for (const [key, episode] of episodes.entries()) writeEpisode(writer.text(key), episode)
        writeSampleFields(
          writer,
          [...episodes.values()].flatMap(({ samples }) => samples),
        )
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const known = new BoundedMap<Episode>(maxEpisodes)
          const samples: EventSample[] = []
          for (let left = reader.varint(); left > 0; left--) {
            const [key, episode] = [reader.text(), readEpisode(reader)]
            samples.push(...episode.samples)
            known.set(key, episode)
          }
          readSampleFields(reader, samples)
          episodes = known
        })
      },
    }
  },
})

const longestKept = 500

const writeEpisode = (writer: Writer, { start, last, times, samples }: Episode): void => {
  writer.f64(start).f64(last).varint(times).varint(samples.length)
  for (const { id, time, original } of samples) writer.text(id).f64(time).text(original.slice(0, longestKept))
}

const readEpisode = (reader: Reader): Episode => {
  const [start, last, times] = [reader.f64(), reader.f64(), reader.varint()]
  const samples = Array.from({ length: reader.varint() }, (): EventSample => {
    const [id, time, original] = [reader.text(), reader.f64(), reader.text()]
    return { id, time, original }
  })
  return { start, last, usedAt: last, times, samples }
}
