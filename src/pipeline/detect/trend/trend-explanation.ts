import { number, percent, plural } from '../../../lib/units/number.ts'
import { day } from '../../../lib/units/time.ts'
import { type Detection, type Entity, fewerLines } from '../../../schema/detection/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { type EventSample, toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import type { TrendKind, Worsening } from './worsening.ts'

const detector = 'trend'

/** The service or route that has become worse. */
export interface TrendSubject {
  readonly source: string
  readonly service: string
  readonly stream: string
  readonly host: string | undefined
  /** Whether the host is the only one of several that fails. */
  readonly isOneOfHosts: boolean
  /** Empty for the whole service. */
  readonly route: string
}

/** When it became worse: `start` identifies the trend, the last day that was compared ends at `end`. */
export interface TrendTimes {
  readonly start: number
  readonly end: number
  readonly isLearning: boolean
}

interface Wording {
  readonly title: string
  readonly sentence: string
  readonly value: string
  readonly usual: string
  readonly feature: string
  readonly role: string
}

/** Builds the detection of a service that works worse from day to day. */
export const explainTrend = (
  subject: TrendSubject,
  worsening: Worsening,
  { start, end, isLearning }: TrendTimes,
  samples: readonly EventSample[],
): Detection => {
  const { source, service, stream, host, route } = subject
  const { kind, score } = worsening
  const { title, sentence, value, usual, feature, role } = wordingOf(subject, worsening)
  return toDetection({
    detector,
    type: 'anomaly',
    source,
    stream,
    subject: `${kind} ${route}`,
    start,
    from: Math.min(end - worsening.span * day, start),
    to: end,
    score,
    severity: severityOf(worsening),
    title,
    sentence,
    value,
    usual,
    reasons: [{ feature, value, usual, pull: 1 }],
    evidence: samples.map((sample) => toEvidence(sample, role)),
    events: worsening.lines,
    entities: entitiesOf(service, host),
    techniques: [],
    key: `${keyOf[kind]} than usual from ${service === '' ? source : `${source}/${service}`}`,
    learning: isLearning,
  })
}

const keyOf: Readonly<Record<TrendKind, string>> = {
  errors: 'a larger share of errors',
  durations: 'longer durations',
  throughput: `${fewerLines} per day`,
  warnings: 'a larger share of warnings',
  levels: 'a higher level',
}

const wordingOf = ({ source, service, route, host, isOneOfHosts }: TrendSubject, worsening: Worsening): Wording => {
  const { kind, value, usualLow, usualHigh, factor, lines, count, span } = worsening
  const name = service === '' ? `“${source}”` : service
  const place = route === '' ? name : `${route} of ${name}`
  if (kind === 'levels') {
    const usual = between(amount(usualLow), amount(usualHigh))
    return {
      title: `${route} of ${name} is ${times(factor)} as high as usual: ${amount(value)} instead of ${usual}`,
      sentence: `The highest 5 % of ${plural(count, 'value')} of ${route} of ${name} within 24 hours were ${amount(value)} or more; on earlier days it was ${usual}.`,
      value: amount(value),
      usual,
      feature: `95th percentile of ${route} in a day`,
      role: 'one of the highest',
    }
  }
  if (kind === 'errors' || kind === 'warnings') {
    const noun = kind === 'errors' ? 'error' : 'warning'
    const usual = between(percent(usualLow), percent(usualHigh))
    return {
      title: `${percent(value)} ${noun}s from ${place} in ${span === 1 ? 'a day' : `${span} days`}, usually ${usual}${isOneOfHosts ? `; most on ${host}` : ''}`,
      sentence: `${plural(lines, noun)} in ${plural(count, 'line')} of ${place} within ${span === 1 ? '24 hours' : `${span} days`} are ${percent(value)}; on earlier days it was ${usual}.${isOneOfHosts ? ` Most of the latest are from ${host}.` : ''}`,
      value: percent(value),
      usual,
      feature: span === 1 ? `share of ${noun}s in a day` : `share of ${noun}s in ${span} days`,
      role: `one of the ${noun}s`,
    }
  }
  if (kind === 'durations') {
    const usual = between(milliseconds(usualLow), milliseconds(usualHigh))
    return {
      title: `${place} is ${times(factor)} as slow as usual: ${milliseconds(value)} instead of ${usual}`,
      sentence: `The slowest 5 % of ${plural(count, 'duration')} of ${place} within 24 hours took ${milliseconds(value)} or longer; on earlier days it was ${usual}.`,
      value: milliseconds(value),
      usual,
      feature: '95th percentile of durations in a day',
      role: 'one of the slowest',
    }
  }
  const usual = plural(usualLow, 'line')
  return {
    title: `Only ${plural(value, 'log line')} from ${place} in a day, formerly ${number(usualLow)}`,
    sentence: `${place} logged ${plural(value, 'line')} in a day, and fewer than usual for three days; the same day of an earlier week had ${usual}.`,
    value: plural(value, 'line'),
    usual,
    feature: 'lines in a day',
    role: 'the last line',
  }
}

const between = (low: string, high: string): string => (low === high ? low : `${low} to ${high}`)

const times = (factor: number): string => `${factor >= 10 ? Math.round(factor) : factor.toFixed(1)} times`

const amount = (value: number): string => number(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10)

const milliseconds = (ms: number): string =>
  ms >= 10_000 ? `${number(Math.round(ms / 1000))} s` : ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`

const severityOf = ({ kind, value, factor }: Worsening): Severity => {
  if (kind === 'warnings') return 'medium'
  if (kind === 'errors') return value >= 0.25 ? 'high' : 'medium'
  return kind === 'throughput' || factor >= 2 ? 'medium' : 'low'
}

const entitiesOf = (service: string, host: string | undefined): Entity[] => [
  ...(host === undefined ? [] : [{ type: 'host', value: host } as const]),
  ...(service === '' ? [] : [{ type: 'service', value: service } as const]),
]
