import { duration } from '../../../lib/units/duration.ts'
import { number } from '../../../lib/units/number.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import { type EventSample, toEvidence } from '../shared/evidence.ts'
import { list, range } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import type { RowAssessment } from '../shared/window-model.ts'
import type { AgentColumn } from './agent-columns.ts'
import { agentEntities, agentSeverity, agentStream } from './agent-explanation.ts'
import type { CompiledAgent } from './agent-reader.ts'
import type { AgentPlace } from './agent-watch.ts'
import { type AgentWindow, featureValue } from './agent-window.ts'

const mostReasons = 4
const severity = 3
const severityWhileLearning = 2

/** Consecutive unusual windows of one device, with the most unusual of them. */
export interface ModelRun {
  readonly start: number
  readonly from: number
  readonly last: number
  readonly lines: number
  readonly windows: number
  readonly assessment: RowAssessment
  readonly features: NonNullable<Detection['agent']>['features']
  readonly samples: readonly EventSample[]
  readonly learning: boolean
}

interface UnusualColumn {
  readonly column: AgentColumn
  readonly value: string
  readonly usual: string
  readonly pull: number
}

/**
 * Returns the columns outside their usual range, strongest first. Skips features that exceed a threshold of the agent, because the agent
 * reports those. Returns nothing if only the number of lines is unusual, because `baseline` reports that.
 */
export const unusualColumns = (
  { parts }: RowAssessment,
  columns: readonly AgentColumn[],
  agent: CompiledAgent,
  window: AgentWindow,
): readonly UnusualColumn[] => {
  const exceeded = new Set(
    agent.limits.flatMap(({ feature, above }) =>
      (featureValue(window, agent, feature) ?? 0) > above ? [feature] : [],
    ),
  )
  const unusual = parts
    .flatMap(({ pull, value, low, high }, i) => {
      const column = columns[i]
      if (!column || pull <= 0 || (value >= low && value <= high) || exceeded.has(column.feature)) return []
      return [{ column, value: number(value), usual: range(low, high), pull }]
    })
    .sort((a, b) => b.pull - a.pull)
  return unusual.every(({ column }) => column.isVolume) ? [] : unusual.slice(0, mostReasons)
}

/** Builds the detection of unusual counts on a device. */
export const explainModelRun = (
  place: Pick<AgentPlace, 'agent' | 'source' | 'host' | 'service' | 'device' | 'addresses'>,
  run: ModelRun,
  unusual: readonly UnusualColumn[],
  detector: string,
): Detection => {
  const { agent, source, host, device } = place
  const { assessment, samples, learning } = run
  const { agent: given } = agent
  const at = host ?? source
  const type = given.analysis_rules.unknown_type ?? `${agent.id}_unknown`
  const span = duration(agent.step)
  const [lead] = unusual
  const reported = unusual.map(({ column, value, usual }) => `${column.name} ${value} (usually ${usual})`)
  const longer = run.windows > 1 ? ` This lasted ${duration(run.last - run.from)}.` : ''
  return toDetection({
    detector,
    type: 'anomaly',
    source,
    stream: agentStream(place),
    subject: type,
    start: run.start,
    from: run.from,
    to: run.last,
    score: toScore(assessment.probability),
    severity: agentSeverity(severity),
    title: `Unusual ${span} on ${at}: ${lead?.column.name ?? ''} ${lead?.value ?? ''}, usually ${lead?.usual ?? ''}`,
    sentence: `${given.name}: unusual counts on ${at} for ${span}: ${list(reported, mostReasons)}.${longer}`,
    value: `${lead?.column.name ?? ''} ${lead?.value ?? ''}`,
    usual: lead?.usual ?? '',
    reasons: unusual.map(({ column, value, usual, pull }) => ({ feature: column.name, value, usual, pull })),
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
      confidence: Math.round((1 - assessment.probability) * 10_000) / 10_000,
      features: run.features,
    },
  })
}
