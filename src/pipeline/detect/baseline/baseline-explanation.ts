import { duration } from '../../../lib/units/duration.ts'
import { number, plural } from '../../../lib/units/number.ts'
import { day, hour, week } from '../../../lib/units/time.ts'
import { type Detection, type Entity, type Evidence, fewerLines } from '../../../schema/detection/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toEvidence } from '../shared/evidence.ts'
import { quote, type Reason, range } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { type Deviation, sizeOf } from './deviation.ts'
import { isRunning, leastSpan } from './long-silence.ts'
import type { Rate, Track } from './track.ts'

const detector = 'baseline'
const longSilence = 12 * hour
/** After a silence this many times as long as all that is known, nobody waited for the stream to continue. */
const timesFirstRun = 10

/** Builds the detection of a deviating rate. */
export const explainDeviation = (track: Track, rate: Rate, deviation: Deviation): Detection => {
  const { direction, worst, start, end, learning } = deviation
  const texts = direction === 'silence' ? silenceTexts(track, deviation) : rateTexts(track, rate, deviation)
  return toDetection({
    detector,
    type: 'anomaly',
    source: track.source,
    stream: track.stream,
    subject: `${direction === 'spike' ? 'spike' : 'low'} ${rate.kind} ${rate.template?.id ?? ''}`,
    start,
    from: direction === 'silence' ? (deviation.before?.time ?? start) : (firstTime(deviation) ?? start),
    to: direction === 'silence' ? (deviation.after?.time ?? end) : lastTime(deviation),
    score: worst.assessment.score,
    severity: severityOf(track, rate, deviation),
    ...texts,
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

interface DeviationTexts {
  readonly title: string
  readonly sentence: string
  readonly value: string
  readonly usual: string
  readonly reasons: readonly Reason[]
}

const silenceTexts = (track: Track, deviation: Deviation): DeviationTexts => {
  const { worst, buckets, expected, before, after, start, end } = deviation
  const { expectedLow, expectedHigh } = worst.assessment
  const span = duration((after?.time ?? end) - (before?.time ?? start))
  const each = perBucket(worst.bucket.width)
  const place = placeOf(track)
  return {
    title: `${place} stopped logging${after ? ` for ${span}` : ''}`,
    sentence: `${place} ${after ? 'was' : 'has been'} silent for ${span}. It usually logs ${linesIn(expectedLow, expectedHigh)} ${each}, so about ${plural(Math.round(expected), 'line')} were expected.`,
    value: `no lines in ${span}`,
    usual: `${range(Math.floor(expectedLow), Math.ceil(expectedHigh))} lines ${each}`,
    reasons: [
      {
        feature: 'length of the silence',
        value: span,
        usual: `about one line per ${duration((buckets * worst.bucket.width) / Math.max(expected, 1))}`,
        pull: 1,
      },
    ],
  }
}

const rateTexts = (track: Track, rate: Rate, deviation: Deviation): DeviationTexts => {
  const { direction, worst, total, start, end, buckets } = deviation
  const { bucket, assessment } = worst
  const span = duration(bucket.width)
  const usual = range(Math.floor(assessment.expectedLow), Math.ceil(assessment.expectedHigh))
  const noun = rate.kind === 'errors' ? 'error' : 'log line'
  const what = rate.template
    ? `${number(bucket.count)} × ${quote(rate.template.message, 60)}`
    : plural(bucket.count, noun)
  const place = placeOf(track)
  const only = direction === 'drop' ? 'Only ' : ''
  const all =
    buckets > 1
      ? ` The ${direction} lasted ${duration(end - start)}, with ${plural(total, rate.template ? 'line' : noun)} in total.`
      : ''
  const many =
    worst.like === undefined || direction === 'drop'
      ? ''
      : track.whole
        ? ` Many come from ${worst.like}.`
        : ` Many look like ${quote(worst.like, 100)}.`
  const logged = rate.template
    ? `${quote(rate.template.message, 100)} ${plural(bucket.count, 'time')}`
    : `${direction === 'drop' ? 'only ' : ''}${plural(bucket.count, rate.kind === 'errors' ? 'error' : 'line')}`
  return {
    title: `${only}${what} from ${place} in ${span}, usually ${usual}`,
    sentence: `${place} logged ${logged} within ${span}; the usual range is ${usual}.${many}${all}`,
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

const severityOf = (track: Track, rate: Rate, deviation: Deviation): Severity => {
  const { direction, worst, expected } = deviation
  const { score } = worst.assessment
  const strong = score >= 0.9
  if (isUnknownHour(track, rate, deviation)) return direction === 'spike' && !track.whole ? 'info' : 'low'
  if (direction === 'drop' && deviation.buckets < 2) return 'low'
  if (direction === 'silence' && (isUsualPause(track, deviation) || isBehindFirstRun(track, deviation))) return 'low'
  if (direction !== 'spike') return strong && (expected >= 100 || isLongSilence(deviation)) ? 'medium' : 'low'
  const size = sizeOf(deviation)
  const isError = rate.kind === 'errors' || rate.severityHint > 0
  if (!isError && isRunning(track, deviation.start)) return 'info'
  if (isError && strong && size >= 100) return 'high'
  return strong && size >= (isError ? 20 : 100) ? 'medium' : 'low'
}

/** Whether a stream has paused nearly as long before, as a nightly job does. */
const isUsualPause = ({ longestGap, secondGap }: Track, { before, start, after, end }: Deviation): boolean =>
  (after?.time ?? end) - (before?.time ?? start) <= 2 * (after === undefined ? longestGap : secondGap)

/** Whether a stream ran only briefly before a silence many times as long: the log of an installation, a program that was tried out. */
const isBehindFirstRun = ({ since }: Track, { before, start, after }: Deviation): boolean =>
  after !== undefined && after.time - (before?.time ?? start) > timesFirstRun * (start - since)

/** Whether a stream is still silent after hours in which many lines were due. */
const isLongSilence = ({ direction, expected, before, after, end, start }: Deviation): boolean =>
  direction === 'silence' && after === undefined && expected >= 30 && end - (before?.time ?? start) >= longSilence

/**
 * Whether the rhythm of days and weeks, which is unknown yet, may explain a deviation. For a whole source, until its first full week:
 * Mondays look like floods and nights like outages. For a single stream, in its first days, if it often logs nothing: its work and its pauses
 * come in runs; and on its first working day after a weekend. Errors are exempt, and so are silences of a source that never pauses.
 */
const isUnknownHour = (track: Track, { kind, severityHint }: Rate, { direction, worst, start }: Deviation): boolean => {
  if (kind === 'errors' || severityHint > 0) return false
  const pauses = worst.assessment.expectedLow < 1
  return track.whole
    ? start - track.since < week && (direction === 'spike' || pauses)
    : (start - track.since < leastSpan && pauses) || (direction === 'spike' && isFirstWorkingDay(track.since, start))
}

/** Whether logs that began at a weekend, and have shown at least half a day of it, have their first working day, anywhere on earth. */
const isFirstWorkingDay = (since: number, time: number): boolean => {
  const monday = Math.ceil((since - firstMonday) / week) * week + firstMonday
  const shown = monday - since
  return shown >= day / 2 && shown <= weekend && time < monday + 1.5 * day
}

/** The epoch began on a Thursday. */
const firstMonday = 4 * day
/** From Friday evening on. */
const weekend = 2.25 * day

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
  whole ? `“${source}”` : service && host ? `${service} on ${host}` : (service ?? host ?? source)

const perBucket = (width: number): string => `per ${duration(width).replace(/^1 /, '')}`

const linesIn = (low: number, high: number): string => `${range(Math.floor(low), Math.ceil(high))} lines`

const entitiesOf = (track: Track, rate: Rate): Entity[] => [
  ...(track.host ? [{ type: 'host', value: track.host } as const] : []),
  ...(track.service ? [{ type: 'service', value: track.service } as const] : []),
  ...(rate.template ? [{ type: 'template', value: rate.template.id } as const] : []),
]
