import { duration } from '../../../lib/units/duration.ts'
import { number, plural } from '../../../lib/units/number.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import { isoTime, toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import { factorOf, type SuddenChange, toNumber } from './number-watch.ts'

export type NumberName = 'durations' | 'levels' | 'amounts'

/** The number that changed: durations of a service or route, or a level or an amount by its name. */
export interface ChangedNumber {
  readonly kind: NumberName
  readonly source: string
  readonly service: string
  readonly stream: string
  readonly host: string | undefined
  /** The route, level or amount; empty for the durations of the whole service. */
  readonly name: string
}

/** Builds the detection of a number that suddenly became another. Undefined without a line that shows it. */
export const explainSuddenChange = (subject: ChangedNumber, change: SuddenChange): Detection | undefined => {
  const { kind, source, service, stream, host, name } = subject
  const { start, end, sample, isHigh, count, isLearning } = change
  if (!sample) return undefined
  const format = kind === 'durations' ? milliseconds : amount
  const place = service === '' ? `“${source}”` : service
  const what = name === '' ? place : `${name} of ${place}`
  const value = format(toNumber(change.worst))
  const usual = between(format(toNumber(change.usual.low)), format(toNumber(change.usual.high)))
  const factor = factorOf(change)
  const span = duration(Math.max(end - start, 60_000))
  const as = kind === 'durations' ? 'slow' : 'high'
  const compared = isHigh
    ? `is suddenly ${times(factor)} as ${as} as usual`
    : `is suddenly down to ${Math.max(1, Math.round(100 / factor))} % of the usual`
  const part = change.statistic === 'median' ? 'half' : 'a tenth'
  const noun = kind === 'durations' ? 'duration' : 'value'
  const were = kind === 'durations' ? 'took' : 'were'
  const beyond = kind === 'durations' ? 'or longer' : isHigh ? 'or more' : 'or less'
  return toDetection({
    detector: 'trend',
    type: 'anomaly',
    source,
    stream,
    subject: `sudden ${kind} ${name} ${isHigh ? 'high' : 'low'}`,
    start,
    from: start,
    to: end,
    score: Math.min(1, 0.6 + Math.log(factor) / 6),
    severity: 'medium',
    title: `${what} ${compared}: ${value} instead of ${usual}`,
    sentence: `${plural(count, noun)} of ${what} came within ${span} since ${isoTime(start).slice(11, 16)} UTC. At the worst, ${part} of them ${were} ${value} ${beyond}; at this time of day it is usually ${usual}.`,
    value,
    usual,
    reasons: [
      { feature: `${change.statistic === 'median' ? 'median' : '90th percentile'} of ${what}`, value, usual, pull: 1 },
    ],
    evidence: [toEvidence(sample, 'one of the first unusual values')],
    events: count,
    entities: entitiesOf(service, host),
    techniques: [],
    key: keyOf(kind, name, service === '' ? source : `${source}/${service}`),
    learning: isLearning,
  })
}

const keyOf = (kind: NumberName, name: string, place: string): string => {
  if (kind === 'durations') return `longer durations than usual from ${place}`
  return kind === 'levels' ? `a higher level than usual from ${place}` : `unusual ${name} from ${place}`
}

const between = (low: string, high: string): string => (low === high ? low : `${low} to ${high}`)

const times = (factor: number): string => `${factor >= 10 ? Math.round(factor) : factor.toFixed(1)} times`

const amount = (value: number): string => number(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10)

const milliseconds = (ms: number): string =>
  ms >= 10_000 ? `${number(Math.round(ms / 1000))} s` : ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`

const entitiesOf = (service: string, host: string | undefined): Entity[] => [
  ...(host === undefined ? [] : [{ type: 'host', value: host } as const]),
  ...(service === '' ? [] : [{ type: 'service', value: service } as const]),
]
