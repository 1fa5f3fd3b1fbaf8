import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import type { Match } from '../../../lib/sigma/sigma.ts'
import type { Detection, Entity, Evidence } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample, toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import { createCrowds } from './crowds.ts'
import { readKeptLine, writeKeptLine } from './kept-line.ts'
import { eventEntities, eventSubject, soleActor } from './sigma-entities.ts'
import { explainRuleMatch } from './sigma-explanation.ts'

const maxEvidence = 20
const maxEntities = 50
/** The subject of the matches beyond the first few subjects of a rule. */
const others = 'many others'

interface EpisodeOptions {
  /** The name of the detector that reports. */
  readonly detector: string
  /** Ms without a match after which the next one opens a new episode. */
  readonly longestPause: number
  readonly mostEpisodes: number
  /** How many subjects of one rule up to the level medium to report on their own, before the rest are reported together. */
  readonly separate: number
}

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

/** A line of the evidence; `evidence` is made when it is first reported. */
interface ShownLine {
  readonly sample: EventSample
  readonly role: string | undefined
  evidence: Evidence | undefined
}

/** Returns a line that a correlation counted, by the id of its event, if it is still known. */
type FindLine = (id: string) => EventSample | undefined

/** Gathers matches into episodes by rule and subject, and reports repeats at the 2nd, 5th, 10th, 20th, 50th … match. */
export const createEpisodes = ({ detector, longestPause, mostEpisodes, separate }: EpisodeOptions) => {
  const episodes = new BoundedMap<Episode>(mostEpisodes)
  const crowds = createCrowds({ longestPause, separate })

  const runningEpisode = (key: string, time: number): Episode | undefined => {
    const known = episodes.get(key)
    return known && time - known.last <= longestPause ? known : undefined
  }
  const startEpisode = (key: string, start: number): Episode => {
    const fresh = { start, last: start, usedAt: start, times: 0, events: 0, shown: new Map(), entities: [] }
    episodes.set(key, fresh)
    return fresh
  }
  /** Finds the episode of a match, or starts one. */
  const episodeOf = (match: Match, event: Event) => {
    const { rule } = match
    const own = match.type === 'rule' ? eventSubject(event, match.rule) : Object.values(match.group).join(', ')
    // A correlation counts the events of many streams: one for each would be another finding at each host.
    const ownStream = match.type === 'rule' ? event.stream : event.source
    const ownKey = [rule.id, ownStream, own].join('\0')
    const known = runningEpisode(ownKey, event.time)
    const isOne = known !== undefined || !crowds.add(match, event)
    if (isOne) return { isOne, subject: own, stream: ownStream, episode: known ?? startEpisode(ownKey, event.time) }
    // Other subjects may be in other streams.
    const key = [rule.id, event.source, others].join('\0')
    const episode = runningEpisode(key, event.time) ?? startEpisode(key, event.time)
    return { isOne, subject: others, stream: event.source, episode }
  }

  return {
    /** Adds a match to its episode. Returns a finding if it is to be reported. */
    report(match: Match, event: Event, findLine: FindLine): Detection | undefined {
      const { isOne, subject, stream, episode } = episodeOf(match, event)
      episode.times += 1
      episode.last = Math.max(episode.last, event.time)
      episode.usedAt = episode.last
      episode.events = Math.max(episode.events + 1, match.type === 'rule' ? 1 : match.eventCount)
      const reported = isReported(episode.times)
      // In a flood, collect evidence only for reported matches: once full, each line would only replace the last one.
      if (reported || episode.shown.size < maxEvidence) showMatch(episode, match, event, findLine)
      addEntities(episode, event)
      if (!reported) return undefined
      const actor = match.type === 'rule' && isOne ? soleActor(event, episode.entities) : undefined
      const texts = explainRuleMatch(match, subject, episode.times, actor)
      return toDetection({
        detector,
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
    },
    /** The lines of the evidence, whose fields are written at the end of the state. */
    lines: (): readonly EventSample[] => [...episodes.values()].flatMap(linesOf),
    write(writer: Writer): void {
      writer.varint(episodes.size)
      for (const [key, episode] of episodes.entries()) writeEpisode(writer.text(key), episode)
      crowds.write(writer)
    },
    /** Returns the lines of the evidence of all that was written, though some of it may be beyond a lower limit by now. */
    read(reader: Reader): readonly EventSample[] {
      const lines: EventSample[] = []
      for (let left = reader.varint(); left > 0; left--) {
        const [key, episode] = [reader.text(), readEpisode(reader)]
        lines.push(...linesOf(episode))
        episodes.set(key, episode)
      }
      crowds.read(reader)
      return lines
    },
  }
}

/** Whether to report a match: the 1st, 2nd, 5th, 10th, 20th, 50th … */
const isReported = (times: number): boolean => {
  let digits = times
  while (digits % 10 === 0) digits /= 10
  return digits === 1 || digits === 2 || digits === 5
}

const showMatch = (episode: Episode, match: Match, event: Event, findLine: FindLine): void => {
  if (match.type === 'correlation') {
    for (const { id, title } of match.events) {
      const line = findLine(id)
      if (line) addShown(episode, line, title)
    }
  }
  addShown(episode, event, undefined)
}

const addShown = ({ shown }: Episode, sample: EventSample, role: string | undefined): void => {
  if (shown.has(sample.id)) return
  // Keep the first lines and the newest one.
  if (shown.size >= maxEvidence) shown.delete([...shown.keys()].at(-1) ?? '')
  shown.set(sample.id, { sample: keepSample(sample), role, evidence: undefined })
}

const addEntities = ({ entities }: Episode, { fields }: Event): void => {
  if (entities.length >= maxEntities) return
  for (const entity of eventEntities(fields)) if (entities.length < maxEntities) entities.push(entity)
}

const linesOf = ({ shown }: Episode): EventSample[] => Array.from(shown.values(), ({ sample }) => sample)

const writeEpisode = (writer: Writer, episode: Episode): void => {
  writer.f64(episode.start).f64(episode.last).varint(episode.times).varint(episode.events)
  writer.varint(episode.shown.size)
  for (const { sample, role } of episode.shown.values()) writeKeptLine(writer.text(role ?? ''), sample)
  writer.text(JSON.stringify(episode.entities))
}

const readEpisode = (reader: Reader): Episode => {
  const [start, last, times, events] = [reader.f64(), reader.f64(), reader.varint(), reader.varint()]
  const shown: Episode['shown'] = new Map()
  for (let left = reader.varint(); left > 0; left--) {
    const role = reader.text()
    const sample = readKeptLine(reader)
    shown.set(sample.id, { sample, role: role === '' ? undefined : role, evidence: undefined })
  }
  const entities: Entity[] = JSON.parse(reader.text())
  return { start, last, usedAt: last, times, events, shown, entities }
}
