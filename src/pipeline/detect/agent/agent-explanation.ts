import { duration } from '../../../lib/units/duration.ts'
import { number, percent, plural } from '../../../lib/units/number.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import { severities } from '../../../schema/severity.ts'
import { toEvidence } from '../shared/evidence.ts'
import { quote } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import type { AgentEpisode, AgentPlace } from './agent-watch.ts'

/** Returns the stream name of an agent's findings. */
export const agentStream = ({ agent, source, host }: Pick<AgentPlace, 'agent' | 'source' | 'host'>): string =>
  [source, host, agent.id].filter(Boolean).join('/')

/** Maps a severity from 1 to 5 to ours. */
export const agentSeverity = (clampSeverity: number): Detection['severity'] => severities[clampSeverity - 1] ?? 'info'

/** Returns the entities of an agent's finding. */
export const agentEntities = ({
  host,
  service,
  addresses,
}: Pick<AgentPlace, 'host' | 'service' | 'addresses'>): Entity[] => [
  ...(host ? [{ type: 'host', value: host } as const] : []),
  ...(service ? [{ type: 'service', value: service } as const] : []),
  ...[...addresses].map((value) => ({ type: 'ip', value }) as const),
]

/** Builds the detection of an exceeded threshold, or of lines of a level. */
export const explainEpisode = (place: AgentPlace, episode: AgentEpisode, detector: string): Detection => {
  const { agent, source, host, device } = place
  const limit = agent.limits.find(({ anomaly_type }) => anomaly_type === episode.type)
  const span = duration(agent.step * agent.steps)
  const at = host ?? source
  const texts = limit ? ofLimit(limit, episode.peak) : ofLevel(episode)
  const confidence = limit?.confidence ?? agent.agent.analysis_rules.confidence
  return toDetection({
    detector,
    type: limit?.type ?? 'anomaly',
    source,
    stream: agentStream(place),
    subject: episode.type,
    start: episode.start,
    from: episode.from,
    to: episode.last,
    score: confidence,
    severity: agentSeverity(episode.severity),
    title: limit ? `${texts.value} on ${at}` : `${texts.value} on ${at}: ${quote(lineOf(episode))}`,
    sentence: `${agent.agent.name}: ${at} had ${texts.value} within ${span}; ${texts.rule}.${limit?.meaning ? ` ${limit.meaning}` : ''}`,
    value: texts.value,
    usual: texts.usual,
    reasons: [{ feature: texts.feature, value: texts.amount, usual: texts.usual, pull: 1 }],
    evidence: episode.samples.map((sample, i) =>
      toEvidence(sample, i === 0 ? 'the first line' : i === episode.samples.length - 1 ? 'the last line' : undefined),
    ),
    events: episode.lines,
    entities: agentEntities(place),
    techniques: limit?.techniques ?? [],
    key: `${episode.type} seen by the ${agent.id} agent at ${at}`,
    learning: false,
    agent: {
      agent_name: agent.id,
      device_id: device,
      anomaly_type: episode.type,
      severity: episode.severity,
      confidence,
      features: episode.features,
    },
  })
}

interface EpisodeTexts {
  readonly value: string
  readonly amount: string
  readonly usual: string
  readonly feature: string
  readonly rule: string
}

const ofLimit = (
  { says, unit, above, feature }: { says: string; unit: '' | '%' | 'ms'; above: number; feature: string },
  peak: number,
): EpisodeTexts => {
  // A ratio is a share from 0 to 1; a resource value in a log is already a percentage.
  const share = unit === '%' && above < 1
  const write = (value: number) => (share ? percent(value) : `${number(value)}${unit === '' ? '' : ` ${unit}`}`)
  const amount = write(peak)
  const usual = above === 0 ? 'none' : `at most ${write(above)}`
  return {
    value: unit === '' ? `${amount} ${says}` : `${says}: ${amount}`,
    amount,
    usual,
    feature: feature.replaceAll('_', ' '),
    rule: above === 0 ? 'none are allowed' : `the limit is ${write(above)}`,
  }
}

const ofLevel = ({ type, peak }: AgentEpisode): EpisodeTexts => {
  const level = type.slice(0, type.indexOf('_'))
  return {
    value: plural(peak, `${level} line`),
    amount: number(peak),
    usual: 'none',
    feature: `${level} lines`,
    rule: 'every such line is reported, grouped with those that soon follow',
  }
}

const lineOf = ({ samples }: AgentEpisode): string => samples.at(-1)?.original ?? ''
