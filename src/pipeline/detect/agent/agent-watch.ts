import type { AgentFinding } from '../../../schema/detection.ts'
import { type Event, textField } from '../../../schema/event.ts'
import { keepSample, type Sample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import type { CompiledAgent, Limit, Line } from './agent-reader.ts'
import { type AgentWindow, addLine, featuresOf, featureValue, slideTo, startAgentWindow } from './agent-window.ts'

const mostShown = 6
const mostAddresses = 5

/** Too much of something at one place, from when it began until it was no longer too much. */
export interface AgentEpisode {
  /** The anomaly type: `auth_failure`, `error_log_detected`. */
  readonly type: string
  /** When it became too much: names the detection. */
  readonly start: number
  from: number
  last: number
  /** The most that there was, and everything else then. */
  peak: number
  lines: number
  severity: number
  features: AgentFinding['features']
  samples: Sample[]
  /** How much had been told, and until when; −1 before. */
  told: number
  toldLast: number
  open: boolean
}

/** What one agent sees at one place: a device of a source. */
export interface AgentPlace {
  readonly agent: CompiledAgent
  readonly source: string
  readonly host: string | undefined
  service: string | undefined
  device: number | null
  readonly addresses: Set<string>
  readonly window: AgentWindow
  readonly episodes: Map<string, AgentEpisode>
  /** The first lines of each feature in the window, and the last. */
  readonly shown: Map<string, Sample[]>
  newest: number
  usedAt: number
}

/** Hears of an episode that has something new to tell. */
type Tell = (place: AgentPlace, episode: AgentEpisode) => void

/** Where an event is from, and when. */
interface Scene {
  readonly source: string
  readonly time: number
  readonly host: string | undefined
}

/** Tells where an event is from, and by which key an agent's place there is known. */
export const sceneOf = (agent: CompiledAgent, event: Event): Scene & { readonly key: string } => {
  const host = textField(event, 'host.name')
  return {
    key: [agent.id, event.source, host ?? ''].join('\0'),
    source: event.source,
    time: event.time,
    host: host && flatText(host),
  }
}

/** Begins to watch a place. */
export const startPlace = (agent: CompiledAgent, { source, time, host }: Scene): AgentPlace => ({
  agent,
  source,
  host,
  service: undefined,
  device: null,
  addresses: new Set(),
  window: startAgentWindow(agent),
  episodes: new Map(),
  shown: new Map(),
  newest: time,
  usedAt: time,
})

/** Counts an event that the agent takes, and judges what grew with it. */
export const watch = (place: AgentPlace, line: Line, tell: Tell): void => {
  const { agent, window } = place
  const { event } = line
  slide(place, event.time, tell)
  const grew = addLine(window, agent, line)
  if (!grew) return
  place.newest = Math.max(place.newest, event.time)
  place.usedAt = place.newest
  notePlace(place, event)
  for (const name of grew) show(place, name, event)
  for (const limit of agent.limits) {
    if (limit.grows && grew.has(limit.feature)) judge(place, limit, event.time, tell)
  }
  const level = agent.levelOf(line)
  if (level) tellLevel(place, level, event, tell)
}

/** Lets time pass at a place, and tells what has grown since it was told. */
export const tickPlace = (place: AgentPlace, now: number, tell: Tell): void => {
  slide(place, now, tell)
  for (const limit of place.agent.limits) if (!limit.grows) judge(place, limit, place.newest, tell)
  retell(place, tell)
}

/** Tells what has grown since it was told. */
export const retell = (place: AgentPlace, tell: Tell): void => {
  for (const episode of place.episodes.values()) {
    if (episode.peak > episode.told || episode.last > episode.toldLast) say(place, episode, tell)
  }
}

/** Slides the window to a time. When nothing is left in it, nothing is too much. */
const slide = (place: AgentPlace, time: number, tell: Tell): void => {
  const { agent, window, episodes } = place
  slideTo(window, agent, time, (end) => endStep(place, end, tell))
  if (window.steps.size > 0) return
  for (const { anomaly_type } of agent.limits) {
    const episode = episodes.get(anomaly_type)
    if (episode) episode.open = false
  }
}

/** At the end of a step everything is judged; what is no longer too much is over. */
const endStep = (place: AgentPlace, end: number, tell: Tell): void => {
  for (const limit of place.agent.limits) {
    if (judge(place, limit, end, tell)) continue
    const episode = place.episodes.get(limit.anomaly_type)
    if (episode) episode.open = false
  }
  retell(place, tell)
}

/** Whether there is too much of something; it is told when it begins, gets worse or has doubled. */
const judge = (place: AgentPlace, limit: Limit, time: number, tell: Tell): boolean => {
  const { agent, window } = place
  const value = featureValue(window, agent, limit.feature)
  if (value === undefined || value <= limit.above) return false
  const known = place.episodes.get(limit.anomaly_type)
  const episode = known?.open ? known : startEpisode(limit.anomaly_type, time)
  if (episode !== known) place.episodes.set(limit.anomaly_type, episode)
  const samples = place.shown.get(limit.shown) ?? []
  const worse = value > episode.peak
  const severity = typeof limit.severity === 'number' ? limit.severity : five(value / limit.severity.per)
  const graver = severity > episode.severity
  const last = samples.at(-1)?.time ?? place.newest
  if (worse) {
    episode.peak = value
    episode.severity = Math.max(severity, episode.severity)
    episode.features = featuresOf(window, agent)
    episode.samples = mergeSamples(episode.samples, samples)
    episode.lines = Math.max(episode.samples.length, limit.unit === '' ? value : 0)
  }
  episode.from = Math.min(episode.from, samples[0]?.time ?? time)
  episode.last = Math.max(episode.last, last)
  if (graver || episode.told < 0 || value >= 2 * episode.told) say(place, episode, tell)
  return true
}

/** Tells of a line of a level; those within the cooldown are added to what was told. */
const tellLevel = (place: AgentPlace, level: string, event: Event, tell: Tell): void => {
  const { agent, window } = place
  const { severity_mapping, alert_cooldown, escalation_rules } = agent.agent.analysis_rules
  const type = `${level}_log_detected`
  const known = place.episodes.get(type)
  const episode = known && event.time - known.start < alert_cooldown * 1000 ? known : startEpisode(type, event.time)
  if (episode !== known) {
    if (known) retell(place, tell)
    place.episodes.set(type, episode)
  }
  const inWindow = featureValue(window, agent, `${level}_lines`) ?? 0
  const escalated = inWindow >= (escalation_rules[level] ?? Number.POSITIVE_INFINITY)
  const severity = escalated ? 5 : (severity_mapping[level] ?? 3)
  const graver = severity > episode.severity
  episode.peak += 1
  episode.lines += 1
  episode.last = Math.max(episode.last, event.time)
  episode.features = featuresOf(window, agent)
  episode.samples = mergeSamples(episode.samples, [keepSample(event)])
  episode.severity = Math.max(severity, episode.severity)
  if (graver || episode.peak >= 2 * episode.told) say(place, episode, tell)
}

const startEpisode = (type: string, start: number): AgentEpisode => ({
  type,
  start,
  from: start,
  last: Number.NEGATIVE_INFINITY,
  peak: 0,
  lines: 0,
  severity: 0,
  features: {},
  samples: [],
  told: -1,
  toldLast: Number.NEGATIVE_INFINITY,
  open: true,
})

const say = (place: AgentPlace, episode: AgentEpisode, tell: Tell): void => {
  episode.told = episode.peak
  episode.toldLast = episode.last
  tell(place, episode)
}

const five = (value: number): number => Math.min(5, Math.max(1, Math.floor(value)))

/** Notes what an event tells of its place. */
export const notePlace = (place: AgentPlace, event: Event): void => {
  const device = event.fields['device.id']
  if (place.device === null && Number.isSafeInteger(Number(device ?? Number.NaN))) place.device = Number(device)
  place.service ??= flatText(textField(event, 'service.name') ?? '') || undefined
  const address = textField(event, 'source.ip')
  if (address !== undefined && place.addresses.size < mostAddresses) place.addresses.add(flatText(address))
}

const show = (place: AgentPlace, name: string, event: Event): void => {
  if (!place.agent.limits.some(({ shown }) => shown === name)) return
  const since = (place.window.at - place.agent.steps + 1) * place.agent.step
  const kept = (place.shown.get(name) ?? []).filter(({ time }) => time >= since)
  if (kept.length >= mostShown) kept.pop()
  place.shown.set(name, [...kept, keepSample(event)])
}

/** The first lines of an episode, and its last. */
const mergeSamples = (known: readonly Sample[], more: readonly Sample[]): Sample[] => {
  const all = [...new Map([...known, ...more].map((sample) => [sample.id, sample])).values()]
  const newest = all.at(-1)
  return all.length <= mostShown || !newest ? all : [...all.slice(0, mostShown - 1), newest]
}
