import { duration } from '../../../lib/units/duration.ts'
import { number } from '../../../lib/units/number.ts'
import { minute } from '../../../lib/units/time.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { type EventSample, toEvidence } from '../shared/evidence.ts'
import { list } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import type { RowAssessment } from '../shared/window-model.ts'
import { features } from './feature-window.ts'

const detector = 'isolation-forest'
const mostReasons = 4

/** Consecutive unusual windows of one stream, with the most unusual of them. */
export interface WindowRun {
  readonly start: number
  readonly from: number
  readonly last: number
  readonly windows: number
  readonly events: number
  readonly score: number
  readonly assessment: RowAssessment
  readonly span: number
  readonly first: EventSample | undefined
  readonly worst: EventSample | undefined
  readonly end: EventSample | undefined
  readonly learning: boolean
  /** Whether one client caused the failures of the most unusual window: they are no faults of the server. */
  readonly ofOneClient: boolean
}

interface UnusualFeature {
  readonly name: string
  readonly value: string
  readonly usual: string
  readonly pull: number
}

/** Returns the features outside their usual range, strongest first. */
export const unusualFeatures = (assessment: RowAssessment): UnusualFeature[] =>
  assessment.parts
    .flatMap(({ pull, value, low, high }, i) => {
      const feature = features[i]
      if (!feature || pull <= 0 || (value >= low && value <= high)) return []
      return [
        { name: feature.name, value: formatValue(value, feature.unit), usual: usualOf(low, high, feature.unit), pull },
      ]
    })
    .sort((a, b) => b.pull - a.pull)
    .slice(0, mostReasons)

const formatValue = (value: number, unit: string): string =>
  unit === '%'
    ? `${number(Math.round(value))} %`
    : unit === ''
      ? number(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10)
      : number(Math.round(value * 10) / 10)

const usualOf = (low: number, high: number, unit: string): string => {
  const [from, to] = [formatValue(low, unit === '%' ? '' : unit), formatValue(high, unit)]
  return from === to || `${from} %` === to ? to : `${from}–${to}`
}

/** Builds the detection of unusual minutes of a stream. */
export const explainWindows = (
  stream: {
    readonly source: string
    readonly stream: string
    readonly host: string | undefined
    readonly service: string | undefined
  },
  run: WindowRun,
): Detection => {
  const { assessment, score, span, first, worst, end } = run
  const unusual = unusualFeatures(assessment)
  const { service, host, source } = stream
  const place = service && host ? `${service} on ${host}` : (service ?? host ?? source)
  const lead = unusual[0] ?? { name: '', value: '', usual: '', pull: 0 }
  const reported = unusual.map(({ name, value, usual }) => `${name} ${value} (usually ${usual})`)
  const minutes = duration(Math.max(minute, span))
  return toDetection({
    detector,
    type: 'anomaly',
    source,
    stream: stream.stream,
    subject: 'unusual minutes',
    start: run.start,
    from: run.from,
    to: run.last,
    score,
    severity: severityOf(run, unusual),
    title: `Unusual ${minutes} of ${place}: ${lead.name} ${lead.value}, usually ${lead.usual}`,
    sentence: `${place} was unusual for ${minutes}: ${list(reported, mostReasons)}.${run.windows > 1 ? ` This lasted ${duration(run.last - run.from)}.` : ''}`,
    value: `${lead.name} ${lead.value}`,
    usual: lead.usual,
    reasons: unusual.map(({ name, value, usual, pull }) => ({ feature: name, value, usual, pull })),
    evidence: [
      ...(first ? [toEvidence(first, 'the first line of these minutes')] : []),
      ...(worst && worst.id !== first?.id ? [toEvidence(worst, 'the first failure in these minutes')] : []),
      ...(end && end.id !== first?.id && end.id !== worst?.id
        ? [toEvidence(end, 'the last line of these minutes')]
        : []),
    ],
    events: run.events,
    entities: [
      ...(host ? [{ type: 'host', value: host } as const] : []),
      ...(service ? [{ type: 'service', value: service } as const] : []),
    ] satisfies Entity[],
    key: `unusual minutes of ${stream.stream}`,
    learning: run.learning,
  })
}

const severityOf = ({ score, events, ofOneClient }: WindowRun, unusual: readonly UnusualFeature[]): Severity => {
  if (ofOneClient) return score >= 0.6 ? 'low' : 'info'
  const isFailure = unusual.some(({ name }) => name === 'share of errors' || name === 'share of failures')
  return score >= 0.9 && (isFailure || events >= 100) ? 'medium' : score >= 0.6 || isFailure ? 'low' : 'info'
}
