import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter, type Reader, type Writer } from '../../../lib/codec/codec.ts'
import { IndicatorIndex } from '../../../lib/indicators/indicator-index.ts'
import type { Detection } from '../../../schema/detection.ts'
import type { Event } from '../../../schema/event.ts'
import { severities } from '../../../schema/severity.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { keepSample, type Sample, toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import { flatText } from '../shared/flat-text.ts'
import { readState } from '../shared/state.ts'
import { type Sighting, sightingsIn, tellSighting } from './indicator-story.ts'

const name = 'indicator'
const version = 1
const maxSamples = 10

const options = z.strictObject({
  min_level: z.enum(severities).default('medium').describe('How grave an indicator must be at least to be told of.'),
  min_confidence: z.number().min(0).max(1).default(0.4).describe('How sure its sources must be at least, 0–1.'),
  quiet: z
    .int()
    .min(1)
    .default(3600)
    .describe('After how many seconds without a sighting the next one is a matter of its own.'),
  max_episodes: z.int().min(1).default(5000).describe('How many matters are remembered at once.'),
})

/** One indicator that is seen again and again at one place. */
interface Episode {
  readonly start: number
  last: number
  usedAt: number
  times: number
  /** The first lines, and the last. */
  samples: Sample[]
}

/** Nothing is known: what the detector works with where no table is kept. */
const nothing = new IndicatorIndex()

/** Finds values that others know as bad. What goes on is told again at the 2nd, 5th, 10th, 20th, 50th … sighting. */
export const indicatorDetector = (index: IndicatorIndex = nothing): Component<typeof options, Detector> => ({
  name,
  summary: 'Finds addresses, names, links and hashes that threat intelligence knows.',
  options,
  create({ min_level, min_confidence, quiet, max_episodes: maxEpisodes }) {
    const leastLevel = severities.indexOf(min_level)
    let episodes = new BoundedMap<Episode>(maxEpisodes)

    const isTelling = ({ hit }: Sighting): boolean => hit.level >= leastLevel && hit.confidence >= min_confidence

    const tell = (sighting: Sighting, event: Event): Detection | undefined => {
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
        ...tellSighting(sighting, event, episode.times),
        evidence: episode.samples.map((sample) => toEvidence(sample)),
        events: episode.times,
      })
    }

    return {
      name,
      detect(events) {
        // Without indicators there is nothing to look for, and it costs nothing.
        if (index.size === 0) return []
        const found = new Map<string, Detection>()
        for (const event of events) {
          if (event.kind === 'pipeline_error') continue
          for (const sighting of sightingsIn(event, index, event.time)) {
            const detection = isTelling(sighting) ? tell(sighting, event) : undefined
            if (detection) found.set(detection.id, detection)
          }
        }
        return [...found.values()]
      },
      save() {
        const writer = createWriter(name, version).varint(episodes.size)
        for (const [key, episode] of episodes.entries()) writeEpisode(writer.text(key), episode)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const known = new BoundedMap<Episode>(maxEpisodes)
          for (let left = reader.varint(); left > 0; left--) known.set(reader.text(), readEpisode(reader))
          episodes = known
        })
      },
    }
  },
})

const longestKept = 500

const writeEpisode = (writer: Writer, { start, last, times, samples }: Episode): void => {
  writer.f64(start).f64(last).varint(times).varint(samples.length)
  for (const { id, time, original } of samples) writer.text(id).f64(time).text(flatText(original, longestKept))
}

const readEpisode = (reader: Reader): Episode => {
  const [start, last, times] = [reader.f64(), reader.f64(), reader.varint()]
  const samples = Array.from({ length: reader.varint() }, (): Sample => {
    const [id, time, original] = [reader.text(), reader.f64(), reader.text()]
    return { id, time, original }
  })
  return { start, last, usedAt: last, times, samples }
}
