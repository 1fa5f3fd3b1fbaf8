import type { AgentFinding } from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import type { AgentLine, CompiledAgent, Limit } from './agent-reader.ts'
import { type AgentWindow, addLine, featureValue, slideTo, startAgentWindow, windowFeatures } from './agent-window.ts'

const mostShown = 6
const mostAddresses = 5

/** A threshold exceeded at one place, from beginning to end. */
export interface AgentEpisode {
  /** The anomaly type: `auth_failure`, `error_log_detected`. */
  readonly type: string
  /** When it was exceeded. Identifies the detection. */
  readonly start: number
  from: number
  last: number
  /** The highest value, with all features at that time. */
  peak: number
  lines: number
  severity: number
  features: AgentFinding['features']
  samples: EventSample[]
  /** The value and time of the last report; −1 before the first. */
  reported: number
  reportedLast: number
  open: boolean
}

/** The state of one agent for one device of a source. */
export interface AgentPlace {
  readonly agent: CompiledAgent
  readonly source: string
  readonly host: string | undefined
  service: string | undefined
  device: number | null
  readonly addresses: Set<string>
  readonly window: AgentWindow
  readonly episodes: Map<string, AgentEpisode>
  /** The first and last lines of each feature in the window. */
  readonly shown: Map<string, EventSample[]>
  newest: number
  usedAt: number
}

/** Receives an episode that has something new to report. */
type Report = (place: AgentPlace, episode: AgentEpisode) => void

/** The origin and time of an event. */
interface Origin {
  readonly source: string
  readonly time: number
  readonly host: string | undefined
}

/** Returns the origin of an event, and the key of an agent's place there. */
export const agentOrigin = (agent: CompiledAgent, event: Event): Origin & { readonly key: string } => {
  const host = textField(event, 'host.name')
  return {
    key: [agent.id, event.source, host ?? ''].join('\0'),
    source: event.source,
    time: event.time,
    host: host && flatText(host),
  }
}

/** Creates the state of a place. */
export const startPlace = (agent: CompiledAgent, { source, time, host }: Origin): AgentPlace => ({
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

/** Counts an event and checks the thresholds of what grew. */
export const watch = (place: AgentPlace, line: AgentLine, report: Report): void => {
  const { agent, window } = place
  const { event } = line
  slide(place, event.time, report)
  const grew = addLine(window, agent, line)
  if (!grew) return
  place.newest = Math.max(place.newest, event.time)
  place.usedAt = place.newest
  rememberDetails(place, event)
  for (const name of grew) addShown(place, name, event)
  for (const limit of agent.limits) {
    if (limit.grows && grew.has(limit.feature)) exceeds(place, limit, event.time, report)
  }
  const level = agent.levelOf(line)
  if (level) reportLevel(place, level, event, report)
}

/** Advances the clock of a place and reports what has grown. */
export const tickPlace = (place: AgentPlace, now: number, report: Report): void => {
  slide(place, now, report)
  for (const limit of place.agent.limits) if (!limit.grows) exceeds(place, limit, place.newest, report)
  reportChanges(place, report)
}

/** Reports what has grown since the last report. */
export const reportChanges = (place: AgentPlace, report: Report): void => {
  for (const episode of place.episodes.values()) {
    if (episode.peak > episode.reported || episode.last > episode.reportedLast) reportEpisode(place, episode, report)
  }
}

/** Slides the window to a time. An empty window ends all episodes. */
const slide = (place: AgentPlace, time: number, report: Report): void => {
  const { agent, window, episodes } = place
  slideTo(window, agent, time, (end) => endStep(place, end, report))
  if (window.steps.size > 0) return
  for (const { anomaly_type } of agent.limits) {
    const episode = episodes.get(anomaly_type)
    if (episode) episode.open = false
  }
}

/** Checks all thresholds at the end of a step, and ends episodes that no longer exceed theirs. */
const endStep = (place: AgentPlace, end: number, report: Report): void => {
  for (const limit of place.agent.limits) {
    if (exceeds(place, limit, end, report)) continue
    const episode = place.episodes.get(limit.anomaly_type)
    if (episode) episode.open = false
  }
  reportChanges(place, report)
}

/** Whether a threshold is exceeded. Reports it at its start, when it gets more severe, and when it has doubled. */
const exceeds = (place: AgentPlace, limit: Limit, time: number, report: Report): boolean => {
  const { agent, window } = place
  const value = featureValue(window, agent, limit.feature)
  if (value === undefined || value <= limit.above) return false
  const known = place.episodes.get(limit.anomaly_type)
  const episode = known?.open ? known : startEpisode(limit.anomaly_type, time)
  if (episode !== known) place.episodes.set(limit.anomaly_type, episode)
  const samples = place.shown.get(limit.shown) ?? []
  const worse = value > episode.peak
  const severity = typeof limit.severity === 'number' ? limit.severity : clampSeverity(value / limit.severity.per)
  const moreSevere = severity > episode.severity
  const last = samples.at(-1)?.time ?? place.newest
  if (worse) {
    episode.peak = value
    episode.severity = Math.max(severity, episode.severity)
    episode.features = windowFeatures(window, agent)
    episode.samples = mergeSamples(episode.samples, samples)
    episode.lines = Math.max(episode.samples.length, limit.unit === '' ? value : 0)
  }
  episode.from = Math.min(episode.from, samples[0]?.time ?? time)
  episode.last = Math.max(episode.last, last)
  if (moreSevere || episode.reported < 0 || value >= 2 * episode.reported) reportEpisode(place, episode, report)
  return true
}

/** Reports a line of a target level. Lines within the cooldown extend the same episode. */
const reportLevel = (place: AgentPlace, level: string, event: Event, report: Report): void => {
  const { agent, window } = place
  const { severity_mapping, alert_cooldown, escalation_rules } = agent.agent.analysis_rules
  const type = `${level}_log_detected`
  const known = place.episodes.get(type)
  const episode = known && event.time - known.start < alert_cooldown * 1000 ? known : startEpisode(type, event.time)
  if (episode !== known) {
    if (known) reportChanges(place, report)
    place.episodes.set(type, episode)
  }
  const inWindow = featureValue(window, agent, `${level}_lines`) ?? 0
  const escalated = inWindow >= (escalation_rules[level] ?? Number.POSITIVE_INFINITY)
  const severity = escalated ? 5 : (severity_mapping[level] ?? 3)
  const moreSevere = severity > episode.severity
  episode.peak += 1
  episode.lines += 1
  episode.last = Math.max(episode.last, event.time)
  episode.features = windowFeatures(window, agent)
  episode.samples = mergeSamples(episode.samples, [keepSample(event)])
  episode.severity = Math.max(severity, episode.severity)
  if (moreSevere || episode.peak >= 2 * episode.reported) reportEpisode(place, episode, report)
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
  reported: -1,
  reportedLast: Number.NEGATIVE_INFINITY,
  open: true,
})

const reportEpisode = (place: AgentPlace, episode: AgentEpisode, report: Report): void => {
  episode.reported = episode.peak
  episode.reportedLast = episode.last
  report(place, episode)
}

const clampSeverity = (value: number): number => Math.min(5, Math.max(1, Math.floor(value)))

/** Remembers the device, service and addresses of a place. */
export const rememberDetails = (place: AgentPlace, event: Event): void => {
  const device = event.fields['device.id']
  if (place.device === null && Number.isSafeInteger(Number(device ?? Number.NaN))) place.device = Number(device)
  place.service ??= flatText(textField(event, 'service.name') ?? '') || undefined
  const address = textField(event, 'source.ip')
  if (address !== undefined && place.addresses.size < mostAddresses) place.addresses.add(flatText(address))
}

const addShown = (place: AgentPlace, name: string, event: Event): void => {
  if (!place.agent.limits.some(({ shown }) => shown === name)) return
  const since = (place.window.at - place.agent.steps + 1) * place.agent.step
  const kept = (place.shown.get(name) ?? []).filter(({ time }) => time >= since)
  if (kept.length >= mostShown) kept.pop()
  place.shown.set(name, [...kept, keepSample(event)])
}

/** Keeps the first lines of an episode and its last. */
const mergeSamples = (known: readonly EventSample[], more: readonly EventSample[]): EventSample[] => {
  const all = [...new Map([...known, ...more].map((sample) => [sample.id, sample])).values()]
  const newest = all.at(-1)
  return all.length <= mostShown || !newest ? all : [...all.slice(0, mostShown - 1), newest]
}
