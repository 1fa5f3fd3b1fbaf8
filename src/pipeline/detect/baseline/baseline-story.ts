import { type Detection, type Entity, type Evidence, fewerLines } from '../../../schema/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { type Deviation, sizeOf } from '../shared/deviation.ts'
import { toEvidence } from '../shared/evidence.ts'
import { duration, number, plural, quote, type Reason, range } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import type { Rate, Track } from './track.ts'

const detector = 'baseline'

/** Tells of too many events or too few. */
export const tellDeviation = (track: Track, rate: Rate, deviation: Deviation): Detection => {
  const { direction, worst, start, end, learning } = deviation
  const words = direction === 'silence' ? silenceWords(track, deviation) : rateWords(track, rate, deviation)
  return toDetection({
    detector,
    type: 'anomaly',
    source: track.source,
    stream: track.stream,
    subject: `${direction === 'spike' ? 'spike' : 'low'} ${rate.kind} ${rate.template?.id ?? ''}`,
    start,
    from: direction === 'silence' ? (deviation.before?.time ?? start) : (firstTime(deviation) ?? start),
    to: direction === 'silence' ? (deviation.after?.time ?? end) : lastTime(deviation),
    score: worst.judgement.score,
    severity: severityOf(track, rate, deviation),
    ...words,
    evidence: evidenceOf(deviation),
    events: direction === 'silence' ? 1 : deviation.total,
    entities: entitiesOf(track, rate),
    techniques: [],
    key: `${direction === 'spike' ? (rate.kind === 'errors' ? 'more errors' : 'more log lines') : fewerLines} than usual from ${track.stream}`,
    learning,
  })
}

const firstTime = ({ worst, start }: Deviation): number | undefined =>
  worst.bucket.time === start ? worst.bucket.first?.time : start

const lastTime = ({ worst, end }: Deviation): number =>
  worst.bucket.time + worst.bucket.width === end ? (worst.bucket.last?.time ?? end) : end

interface Words {
  readonly title: string
  readonly sentence: string
  readonly value: string
  readonly usual: string
  readonly reasons: readonly Reason[]
}

const silenceWords = (track: Track, deviation: Deviation): Words => {
  const { worst, buckets, due, before, after, start, end } = deviation
  const { expectedLow, expectedHigh } = worst.judgement
  const span = duration((after?.time ?? end) - (before?.time ?? start))
  const each = perBucket(worst.bucket.width)
  const place = placeOf(track)
  return {
    title: `No log lines from ${place} for ${span}`,
    sentence: `${capital(place)} ${after ? 'was' : 'has been'} silent for ${span}; usually ${linesIn(expectedLow, expectedHigh)} come ${each}, so about ${plural(Math.round(due), 'line')} were to be expected.`,
    value: `no lines in ${span}`,
    usual: `${range(Math.floor(expectedLow), Math.ceil(expectedHigh))} lines ${each}`,
    reasons: [
      {
        feature: 'length of the silence',
        value: span,
        usual: `a line about every ${duration((buckets * worst.bucket.width) / Math.max(due, 1))}`,
        pull: 1,
      },
    ],
  }
}

const rateWords = (track: Track, rate: Rate, deviation: Deviation): Words => {
  const { direction, worst, total, start, end, buckets } = deviation
  const { bucket, judgement } = worst
  const span = duration(bucket.width)
  const usual = range(Math.floor(judgement.expectedLow), Math.ceil(judgement.expectedHigh))
  const noun = rate.kind === 'errors' ? 'error' : 'log line'
  const what = rate.template
    ? `${number(bucket.count)} × ${quote(rate.template.message, 60)}`
    : plural(bucket.count, noun)
  const place = placeOf(track)
  const only = direction === 'drop' ? 'Only ' : ''
  const all =
    buckets > 1
      ? ` It lasted ${duration(end - start)}, with ${plural(total, rate.template ? 'line' : noun)} in all.`
      : ''
  const many =
    worst.like === undefined || direction === 'drop'
      ? ''
      : track.whole
        ? ` Many are from ${worst.like}.`
        : ` Many are like ${quote(worst.like, 100)}.`
  const from = rate.template
    ? `${place} said ${quote(rate.template.message, 100)} ${plural(bucket.count, 'time')}`
    : `${only}${plural(bucket.count, noun)} came from ${place}`
  return {
    title: `${only}${what} from ${place} in ${span}, usually ${usual}`,
    sentence: `${capital(from)} within ${span}; usually it is ${usual}.${many}${all}`,
    value: `${number(bucket.count)} in ${span}`,
    usual: `${usual} in ${span}`,
    reasons: [
      {
        feature: `${rate.template ? 'lines like this' : `${noun}s`} in ${span}`,
        value: number(bucket.count),
        usual,
        pull: 1,
      },
    ],
  }
}

const week = 7 * 24 * 3_600_000

const severityOf = (track: Track, rate: Rate, deviation: Deviation): Severity => {
  const { direction, worst, due } = deviation
  const { score } = worst.judgement
  const strong = score >= 0.9
  if (isUnknownHour(track, rate, deviation)) return 'low'
  if (direction !== 'spike') return strong && due >= 100 ? 'medium' : 'low'
  const size = sizeOf(deviation)
  const grave = rate.kind === 'errors' || rate.gravity > 0
  if (grave && strong && size >= 100) return 'high'
  return strong && size >= (grave ? 20 : 100) ? 'medium' : 'low'
}

/**
 * Whether people may just have come to work, or gone home. The sum of a source's streams follows their week: until one has been heard from
 * end to end, its Mondays look like floods and its nights like outages. A stream that overflows, errors, and the silence of what never
 * pauses are known sooner.
 */
const isUnknownHour = (track: Track, { kind, gravity }: Rate, { direction, worst, start }: Deviation): boolean =>
  track.whole &&
  kind === 'all' &&
  gravity === 0 &&
  start - track.since < week &&
  (direction === 'spike' || worst.judgement.expectedLow < 1)

const evidenceOf = ({ direction, worst, before, after }: Deviation): Evidence[] => {
  const { first, last } = worst.bucket
  if (direction === 'silence') {
    return [
      ...(before ? [toEvidence(before, 'the last line before the silence')] : []),
      ...(after ? [toEvidence(after, 'the first line after it')] : []),
    ]
  }
  const shown = [
    ...(first
      ? [toEvidence(first, direction === 'spike' ? 'the first line of the peak' : 'the first of the few lines')]
      : []),
    ...(last && last.id !== first?.id
      ? [toEvidence(last, direction === 'spike' ? 'the last line of the peak' : 'the last of the few lines')]
      : []),
  ]
  return shown.length > 0 || !before ? shown : [toEvidence(before, 'the last line before')]
}

const placeOf = ({ service, host, source, whole }: Track): string =>
  whole ? `all of ${source}` : service && host ? `${service} on ${host}` : (service ?? host ?? source)

const perBucket = (width: number): string => `every ${duration(width).replace(/^1 /, '')}`

const linesIn = (low: number, high: number): string => `${range(Math.floor(low), Math.ceil(high))} lines`

const capital = (text: string): string =>
  /^[a-z]+ (?:of|line)/.test(text) ? text[0]?.toUpperCase() + text.slice(1) : text

const entitiesOf = (track: Track, rate: Rate): Entity[] => [
  ...(track.host ? [{ type: 'host', value: track.host } as const] : []),
  ...(track.service ? [{ type: 'service', value: track.service } as const] : []),
  ...(rate.template ? [{ type: 'template', value: rate.template.id } as const] : []),
]
