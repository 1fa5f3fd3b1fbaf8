import type { Detection } from '../../../schema/detection.ts'
import { type Sample, toEvidence } from '../shared/evidence.ts'
import { duration, list, number, range } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import type { Verdict } from '../shared/window-model.ts'
import type { AgentColumn } from './agent-columns.ts'
import type { CompiledAgent } from './agent-reader.ts'
import { agentEntities, agentStream, toSeverity } from './agent-story.ts'
import type { AgentPlace } from './agent-watch.ts'
import { type AgentWindow, featureValue } from './agent-window.ts'

const mostReasons = 4
const severity = 3
const severityWhileLearning = 2

/** Odd windows of one device in a row, with the oddest of them. */
export interface ModelRun {
  readonly start: number
  readonly from: number
  readonly last: number
  readonly lines: number
  readonly windows: number
  readonly verdict: Verdict
  readonly features: NonNullable<Detection['agent']>['features']
  readonly samples: readonly Sample[]
  readonly learning: boolean
}

interface OddColumn {
  readonly column: AgentColumn
  readonly value: string
  readonly usual: string
  readonly pull: number
}

/**
 * The numbers that make a window odd and lie outside of what is usual, strongest first. What a threshold of the agent tells of already
 * is left to it; and where nothing but the number of lines is odd, that is told by others.
 */
export const oddColumns = (
  { parts }: Verdict,
  columns: readonly AgentColumn[],
  agent: CompiledAgent,
  window: AgentWindow,
): readonly OddColumn[] => {
  const told = new Set(
    agent.limits.flatMap(({ feature, above }) =>
      (featureValue(window, agent, feature) ?? 0) > above ? [feature] : [],
    ),
  )
  const odd = parts
    .flatMap(({ pull, value, low, high }, i) => {
      const column = columns[i]
      if (!column || pull <= 0 || (value >= low && value <= high) || told.has(column.feature)) return []
      return [{ column, value: number(value), usual: range(low, high), pull }]
    })
    .sort((a, b) => b.pull - a.pull)
  return odd.every(({ column }) => column.isVolume) ? [] : odd.slice(0, mostReasons)
}

/** Tells of minutes in which what an agent counts at a device was unlike before. */
export const tellModel = (
  place: Pick<AgentPlace, 'agent' | 'source' | 'host' | 'service' | 'device' | 'addresses'>,
  run: ModelRun,
  odd: readonly OddColumn[],
  detector: string,
): Detection => {
  const { agent, source, host, device } = place
  const { verdict, samples, learning } = run
  const { agent: given } = agent
  const at = host ?? source
  const type = given.analysis_rules.unknown_type ?? `${agent.id}_unknown`
  const span = duration(agent.step)
  const [lead] = odd
  const told = odd.map(({ column, value, usual }) => `${column.name} ${value} (usually ${usual})`)
  const longer = run.windows > 1 ? ` It went on for ${duration(run.last - run.from)}.` : ''
  return toDetection({
    detector,
    type: 'anomaly',
    source,
    stream: agentStream(place),
    subject: type,
    start: run.start,
    from: run.from,
    to: run.last,
    score: toScore(verdict.probability),
    severity: toSeverity(severity),
    title: `Unusual ${span} on ${at}: ${lead?.column.name ?? ''} ${lead?.value ?? ''}, usually ${lead?.usual ?? ''}`,
    sentence: `${given.name}: for ${span} what is counted on ${at} was unlike before: ${list(told, mostReasons)}.${longer}`,
    value: `${lead?.column.name ?? ''} ${lead?.value ?? ''}`,
    usual: lead?.usual ?? '',
    reasons: odd.map(({ column, value, usual, pull }) => ({ feature: column.name, value, usual, pull })),
    evidence: samples.map((sample, i) =>
      toEvidence(
        sample,
        i === 0
          ? 'the first line of these minutes'
          : i === samples.length - 1
            ? 'the last line of these minutes'
            : undefined,
      ),
    ),
    events: run.lines,
    entities: agentEntities(place),
    key: `${type} seen by the ${agent.id} agent at ${at}`,
    learning,
    agent: {
      agent_name: agent.id,
      device_id: device,
      anomaly_type: type,
      severity: learning ? severityWhileLearning : severity,
      confidence: Math.round((1 - verdict.probability) * 10_000) / 10_000,
      features: run.features,
    },
  })
}
