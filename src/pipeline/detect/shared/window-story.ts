import type { Detection, Entity } from '../../../schema/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { type Sample, toEvidence } from './evidence.ts'
import { duration, list, number } from './explanation.ts'
import { features } from './feature-window.ts'
import { toDetection } from './finding.ts'
import type { Verdict } from './window-model.ts'

const detector = 'isolation-forest'
const mostReasons = 4

/** Odd windows of one stream in a row, with the oddest of them. */
export interface WindowRun {
  readonly start: number
  readonly from: number
  readonly last: number
  readonly windows: number
  readonly events: number
  readonly score: number
  readonly verdict: Verdict
  readonly span: number
  readonly first: Sample | undefined
  readonly worst: Sample | undefined
  readonly end: Sample | undefined
  readonly learning: boolean
}

interface Odd {
  readonly name: string
  readonly value: string
  readonly usual: string
  readonly pull: number
}

/** The features that make a window odd and lie outside of what is usual, strongest first. Without one there is nothing to tell. */
export const oddParts = (verdict: Verdict): Odd[] =>
  verdict.parts
    .flatMap(({ pull, value, low, high }, i) => {
      const feature = features[i]
      if (!feature || pull <= 0 || (value >= low && value <= high)) return []
      return [{ name: feature.name, value: said(value, feature.unit), usual: usualOf(low, high, feature.unit), pull }]
    })
    .sort((a, b) => b.pull - a.pull)
    .slice(0, mostReasons)

const said = (value: number, unit: string): string =>
  unit === '%'
    ? `${number(Math.round(value))} %`
    : unit === ''
      ? number(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10)
      : number(Math.round(value * 10) / 10)

const usualOf = (low: number, high: number, unit: string): string => {
  const [from, to] = [said(low, unit === '%' ? '' : unit), said(high, unit)]
  return from === to || `${from} %` === to ? to : `${from}–${to}`
}

/** Tells of minutes in which a stream looked unlike itself. */
export const tellWindow = (
  stream: {
    readonly source: string
    readonly stream: string
    readonly host: string | undefined
    readonly service: string | undefined
  },
  run: WindowRun,
): Detection => {
  const { verdict, score, span, first, worst, end } = run
  const odd = oddParts(verdict)
  const { service, host, source } = stream
  const place = service && host ? `${service} on ${host}` : (service ?? host ?? source)
  const lead = odd[0] ?? { name: '', value: '', usual: '', pull: 0 }
  const told = odd.map(({ name, value, usual }) => `${name} ${value} (usually ${usual})`)
  const minutes = duration(Math.max(60_000, span))
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
    severity: severityOf(run, odd),
    title: `Unusual ${minutes} of ${place}: ${lead.name} ${lead.value}, usually ${lead.usual}`,
    sentence: `For ${minutes} ${place} looked unlike itself: ${list(told, mostReasons)}.${run.windows > 1 ? ` It went on for ${duration(run.last - run.from)}.` : ''}`,
    value: `${lead.name} ${lead.value}`,
    usual: lead.usual,
    reasons: odd.map(({ name, value, usual, pull }) => ({ feature: name, value, usual, pull })),
    evidence: [
      ...(first ? [toEvidence(first, 'the first line of these minutes')] : []),
      ...(worst && worst.id !== first?.id ? [toEvidence(worst, 'the first failure in them')] : []),
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

const severityOf = ({ score, events }: WindowRun, odd: readonly Odd[]): Severity => {
  const grave = odd.some(({ name }) => name === 'share of errors' || name === 'share of failures')
  return score >= 0.9 && (grave || events >= 100) ? 'medium' : score >= 0.6 || grave ? 'low' : 'info'
}
