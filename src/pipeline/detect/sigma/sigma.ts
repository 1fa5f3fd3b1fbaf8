import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter, type Reader, type Writer } from '../../../lib/bytes/codec.ts'
import { createEngine, type Engine, type EngineOptions, type Match } from '../../../lib/sigma/sigma.ts'
import type { Detection, Entity, Evidence } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample, toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { readState } from '../shared/state.ts'
import type { RuleBook } from './rule-book.ts'
import { eventEntities, eventSubject, soleActor } from './sigma-entities.ts'
import { createFlattening } from './sigma-event.ts'
import { explainRuleMatch } from './sigma-explanation.ts'

const name = 'sigma'
const version = 2
const maxEvidence = 20
const maxEntities = 50
/** The subject of the matches beyond the first few subjects of a rule. */
const others = 'many others'
/** How many rules to count subjects for. */
const maxCrowds = 1000
/** The state of an engine that was never built. */
const nothingCorrelated = new Uint8Array()

const options = z.strictObject({
  quiet: z.int().min(1).default(3600).describe('Seconds without a match after which the next one opens a new episode.'),
  max_episodes: z.int().min(1).default(5000).describe('How many episodes to remember.'),
  separate: z
    .int()
    .min(1)
    .default(20)
    .describe(
      'How many subjects of one rule up to the level medium to report on their own, before the rest are reported together.',
    ),
  max_samples: z.int().min(0).default(2000).describe('How many lines to keep as evidence for correlations.'),
})

/** Repeated matches of one rule for one subject. */
interface Episode {
  readonly start: number
  last: number
  usedAt: number
  /** The number of matches. */
  times: number
  /** The number of matched events. */
  events: number
  readonly shown: Map<string, ShownLine>
  readonly entities: Entity[]
}

/** The subjects for which one rule matches in one source, without a longer pause. */
interface Crowd {
  last: number
  usedAt: number
  /** How many of them have an episode of their own. */
  separate: number
}

/** A line of the evidence; `evidence` is made when it is first reported. */
interface ShownLine {
  readonly sample: EventSample
  readonly role: string | undefined
  evidence: Evidence | undefined
}

interface Line {
  readonly sample: EventSample
  usedAt: number
}

/**
 * Which findings of rules to report: with `rules`, the events that correlations count leave as facts; with `correlations`, facts come in.
 */
export type SigmaReports = NonNullable<EngineOptions['reports']>

/** Matches events against the active rules. Reports repeats at the 2nd, 5th, 10th, 20th, 50th … match. */
export const sigmaDetector = (rules: RuleBook, reports: SigmaReports = 'all'): Component<typeof options, Detector> => ({
  name,
  summary: 'Finds events, and correlated events, that Sigma rules describe.',
  options,
  create({ quiet, max_episodes: maxEpisodes, separate, max_samples: maxSamples }) {
    // Reusing the object is safe, because each match is handled before the next event.
    const flatten = createFlattening()
    let engine: Engine | undefined
    let revision = -1
    let restored: Uint8Array | undefined
    let episodes = new BoundedMap<Episode>(maxEpisodes)
    let crowds = new BoundedMap<Crowd>(maxCrowds)
    let lines = new BoundedMap<Line>(Math.max(1, maxSamples))
    let facts: Event[] = []

    /** Returns the engine for the active rules. Carries correlation state over when the rules change. */
    const current = (): Engine => {
      if (engine && revision === rules.revision) return engine
      const state = engine ? engine.save() : restored
      engine = createEngine(rules.documents, { taxonomy: rules.taxonomy, reports })
      if (state) engine.restore(state)
      restored = undefined
      revision = rules.revision
      return engine
    }
    const runningEpisode = (key: string, time: number): Episode | undefined => {
      const known = episodes.get(key)
      return known && time - known.last <= quiet * 1000 ? known : undefined
    }
    const startEpisode = (key: string, time: number): Episode => {
      const fresh: Episode = {
        start: time,
        last: time,
        usedAt: time,
        times: 0,
        events: 0,
        shown: new Map(),
        entities: [],
      }
      episodes.set(key, fresh)
      return fresh
    }
    /**
     * Whether a match for a new subject belongs to the episode of all others. A rule of a low level that matches for ever more subjects has
     * one cause, such as a program that every host runs.
     */
    const isInCrowd = ({ rule }: Match, { source, time }: Event): boolean => {
      if (rule.level === 'high' || rule.level === 'critical') return false
      const key = [rule.id, source].join('\0')
      const known = crowds.get(key)
      if (!known || time - known.last > quiet * 1000) {
        crowds.set(key, { last: time, usedAt: time, separate: 1 })
        return false
      }
      known.last = Math.max(known.last, time)
      known.usedAt = known.last
      if (known.separate >= separate) return true
      known.separate++
      return false
    }
    const addShown = (episode: Episode, sample: EventSample, role: string | undefined): void => {
      if (episode.shown.has(sample.id)) return
      // Keep the first lines and the newest one.
      if (episode.shown.size >= maxEvidence) episode.shown.delete([...episode.shown.keys()].at(-1) ?? '')
      episode.shown.set(sample.id, { sample: keepSample(sample), role, evidence: undefined })
    }
    const showMatch = (episode: Episode, match: Match, event: Event): void => {
      if (match.type === 'correlation') {
        for (const { id, title } of match.events) {
          const line = lines.get(id)
          if (line) addShown(episode, line.sample, title)
        }
      }
      addShown(episode, event, undefined)
    }
    const report = (match: Match, event: Event): Detection | undefined => {
      const own = match.type === 'rule' ? eventSubject(event, match.rule) : Object.values(match.group).join(', ')
      // A correlation counts the events of many streams: one for each would be another finding at each host.
      const ownStream = match.type === 'rule' ? event.stream : event.source
      const ownKey = [match.rule.id, ownStream, own].join('\0')
      const known = runningEpisode(ownKey, event.time)
      const isOne = known !== undefined || !isInCrowd(match, event)
      // Other subjects may be in other streams.
      const [subject, stream] = isOne ? [own, ownStream] : [others, event.source]
      const key = isOne ? ownKey : [match.rule.id, stream, subject].join('\0')
      const episode = known ?? (isOne ? undefined : runningEpisode(key, event.time)) ?? startEpisode(key, event.time)
      episode.times += 1
      episode.last = Math.max(episode.last, event.time)
      episode.usedAt = episode.last
      episode.events = Math.max(episode.events + 1, match.type === 'rule' ? 1 : match.eventCount)
      const reported = isReported(episode.times)
      // In a flood, collect evidence only for reported matches: once full, each line would only replace the last one.
      if (reported || episode.shown.size < maxEvidence) showMatch(episode, match, event)
      if (episode.entities.length < maxEntities) {
        for (const entity of eventEntities(event.fields)) {
          if (episode.entities.length < maxEntities) episode.entities.push(entity)
        }
      }
      if (!reported) return undefined
      const actor = match.type === 'rule' && isOne ? soleActor(event, episode.entities) : undefined
      const texts = explainRuleMatch(match, subject, episode.times, actor)
      return toDetection({
        detector: name,
        source: event.source,
        stream,
        subject: `${match.rule.id} ${subject}`,
        start: episode.start,
        from: match.type === 'rule' ? episode.start : Math.min(episode.start, match.events[0]?.time ?? episode.start),
        to: episode.last,
        ...texts,
        ...(!isOne && { sentence: `${texts.sentence} The first ${separate} others are reported on their own.` }),
        evidence: Array.from(episode.shown.values(), (line) => (line.evidence ??= toEvidence(line.sample, line.role))),
        events: episode.events,
        entities: episode.entities,
        learning: false,
      })
    }

    return {
      name,
      includesAlerts: true,
      detect(events) {
        const running = current()
        const found = new Map<string, Detection>()
        let at: Event | undefined
        let kept: Event | undefined
        const keep = () => {
          // Several rules may match one event.
          if (!at || at === kept) return
          kept = at
          if (reports === 'rules') facts.push(at)
          else lines.set(at.id, { sample: keepSample(at), usedAt: at.time })
        }
        for (const event of events) {
          if (event.kind === 'pipeline_error') continue
          at = event
          for (const match of running.match(flatten(event), keep)) {
            const detection = report(match, event)
            if (detection) found.set(detection.id, detection)
          }
        }
        return [...found.values()]
      },
      takeFacts() {
        const taken = facts
        facts = []
        return taken
      },
      save() {
        // An engine takes a tenth of a second to build, so it waits for the first event.
        const correlated = engine ? current().save() : (restored ?? nothingCorrelated)
        const writer = createWriter(name, version).bytes(correlated).varint(episodes.size)
        for (const [key, episode] of episodes.entries()) writeEpisode(writer.text(key), episode)
        writer.varint(crowds.size)
        for (const [key, crowd] of crowds.entries()) writer.text(key).f64(crowd.last).varint(crowd.separate)
        writer.varint(lines.size)
        for (const { sample } of lines.values()) writeSample(writer, sample)
        writeSampleFields(writer, [
          ...[...episodes.values()].flatMap(samplesOf),
          ...Array.from(lines.values(), ({ sample }) => sample),
        ])
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const engineState = reader.bytes()
          const samples: EventSample[] = []
          const knownEpisodes = new BoundedMap<Episode>(maxEpisodes)
          for (let left = reader.varint(); left > 0; left--) {
            const [key, episode] = [reader.text(), readEpisode(reader)]
            samples.push(...samplesOf(episode))
            knownEpisodes.set(key, episode)
          }
          const knownCrowds = new BoundedMap<Crowd>(maxCrowds)
          for (let left = reader.varint(); left > 0; left--) {
            const [key, last, many] = [reader.text(), reader.f64(), reader.varint()]
            knownCrowds.set(key, { last, usedAt: last, separate: many })
          }
          const knownLines = new BoundedMap<Line>(Math.max(1, maxSamples))
          for (let left = reader.varint(); left > 0; left--) {
            const sample = readSample(reader)
            samples.push(sample)
            knownLines.set(sample.id, { sample, usedAt: sample.time })
          }
          readSampleFields(reader, samples)
          restored = engineState.length > 0 ? engineState : undefined
          engine = undefined
          episodes = knownEpisodes
          crowds = knownCrowds
          lines = knownLines
        })
      },
    }
  },
})

/** Whether to report a match: the 1st, 2nd, 5th, 10th, 20th, 50th … */
const isReported = (times: number): boolean => {
  let digits = times
  while (digits % 10 === 0) digits /= 10
  return digits === 1 || digits === 2 || digits === 5
}

const longestKept = 500

const writeSample = (writer: Writer, { id, time, original, fields }: EventSample): void => {
  const path = fields?.['log.file.path']
  const line = fields?.['log.file.line']
  writer
    .text(id)
    .f64(time)
    .text(original.slice(0, longestKept))
    .text(typeof path === 'string' ? path : '')
    .varint(typeof line === 'number' ? line : 0)
}

const readSample = (reader: Reader): EventSample => {
  const [id, time, original] = [reader.text(), reader.f64(), reader.text()]
  const [path, line] = [reader.text(), reader.varint()]
  return { id, time, original, ...(path !== '' && { fields: { 'log.file.path': path, 'log.file.line': line } }) }
}

const samplesOf = ({ shown }: Episode): EventSample[] => Array.from(shown.values(), ({ sample }) => sample)

const writeEpisode = (writer: Writer, episode: Episode): void => {
  writer.f64(episode.start).f64(episode.last).varint(episode.times).varint(episode.events)
  writer.varint(episode.shown.size)
  for (const { sample, role } of episode.shown.values()) {
    writer.text(role ?? '')
    writeSample(writer, sample)
  }
  writer.text(JSON.stringify(episode.entities))
}

const readEpisode = (reader: Reader): Episode => {
  const [start, last, times, events] = [reader.f64(), reader.f64(), reader.varint(), reader.varint()]
  const shown: Episode['shown'] = new Map()
  for (let left = reader.varint(); left > 0; left--) {
    const role = reader.text()
    const sample = readSample(reader)
    shown.set(sample.id, { sample, role: role === '' ? undefined : role, evidence: undefined })
  }
  const entities: Entity[] = JSON.parse(reader.text())
  return { start, last, usedAt: last, times, events, shown, entities }
}
