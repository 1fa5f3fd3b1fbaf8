import type { Detection, Entity } from '../../../schema/detection.ts'
import { severities } from '../../../schema/severity.ts'
import { toEvidence } from '../shared/evidence.ts'
import { duration, number, percent, plural, quote } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import type { AgentEpisode, AgentPlace } from './agent-watch.ts'

/** What an agent's finding is called by: the agent at a place. */
export const agentStream = ({ agent, source, host }: Pick<AgentPlace, 'agent' | 'source' | 'host'>): string =>
  [source, host, agent.id].filter(Boolean).join('/')

/** Our word for a severity from 1 to 5. */
export const toSeverity = (five: number): Detection['severity'] => severities[five - 1] ?? 'info'

/** Who and where a finding of an agent is about. */
export const agentEntities = ({
  host,
  service,
  addresses,
}: Pick<AgentPlace, 'host' | 'service' | 'addresses'>): Entity[] => [
  ...(host ? [{ type: 'host', value: host } as const] : []),
  ...(service ? [{ type: 'service', value: service } as const] : []),
  ...[...addresses].map((value) => ({ type: 'ip', value }) as const),
]

/** Tells of too much of something, or of lines of a level. */
export const tellEpisode = (place: AgentPlace, episode: AgentEpisode, detector: string): Detection => {
  const { agent, source, host, device } = place
  const limit = agent.limits.find(({ anomaly_type }) => anomaly_type === episode.type)
  const span = duration(agent.step * agent.steps)
  const at = host ?? source
  const said = limit ? ofLimit(limit, episode.peak) : ofLevel(episode)
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
    severity: toSeverity(episode.severity),
    title: limit ? `${said.value} on ${at}` : `${said.value} on ${at}: ${quote(lineOf(episode))}`,
    sentence: `${agent.agent.name}: ${at} had ${said.value} within ${span}; ${said.rule}.${limit?.meaning ? ` ${limit.meaning}` : ''}`,
    value: said.value,
    usual: said.usual,
    reasons: [{ feature: said.feature, value: said.amount, usual: said.usual, pull: 1 }],
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

interface Said {
  readonly value: string
  readonly amount: string
  readonly usual: string
  readonly feature: string
  readonly rule: string
}

const ofLimit = (
  { says, unit, above, feature }: { says: string; unit: '' | '%' | 'ms'; above: number; feature: string },
  peak: number,
): Said => {
  // A ratio is a share, what programs write of their resources is a percentage already.
  const share = unit === '%' && above < 1
  const write = (value: number) => (share ? percent(value) : `${number(value)}${unit === '' ? '' : ` ${unit}`}`)
  const amount = write(peak)
  const usual = above === 0 ? 'none' : `at most ${write(above)}`
  return {
    value: unit === '' ? `${amount} ${says}` : `${says}: ${amount}`,
    amount,
    usual,
    feature: feature.replaceAll('_', ' '),
    rule: above === 0 ? 'there should be none' : `more than ${write(above)} is too much`,
  }
}

const ofLevel = ({ type, peak }: AgentEpisode): Said => {
  const level = type.slice(0, type.indexOf('_'))
  return {
    value: plural(peak, `${level} line`),
    amount: number(peak),
    usual: 'none',
    feature: `${level} lines`,
    rule: 'each is told, those soon after one together with it',
  }
}

const lineOf = ({ samples }: AgentEpisode): string => samples.at(-1)?.original ?? ''
