import { duration } from '../../../lib/units/duration.ts'
import { plural } from '../../../lib/units/number.ts'
import { type Detection, missingRun } from '../../../schema/detection/detection.ts'
import { type EventSample, isoTime, toEvidence } from '../shared/evidence.ts'
import { quote } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { leastCheckPause } from './beat.ts'
import { isHealthCheck } from './health-check.ts'
import { type ExpectedRun, frequent, hourly } from './schedule.ts'

/** A run that did not come in time. */
export interface JobRun {
  /** The message that shows the run; empty for a whole program. */
  readonly message: string
  readonly expected: ExpectedRun
  readonly last: EventSample
}

interface JobPlace {
  readonly source: string
  readonly stream: string
  readonly host: string | undefined
  readonly service: string | undefined
}

/** Fewer runs show a habit, but not for certain. */
const certainRuns = 4

/** Builds the detection of a run that is missing at a time, or that came late with an event. */
export const explainMissingRun = (
  { source, stream, host, service }: JobPlace,
  { message, expected, last }: JobRun,
  now: number,
  arrival: EventSample | undefined,
): Detection => {
  const program = [service ?? (host === undefined ? source : undefined), host].filter(Boolean).join(' on ')
  const place = message === '' ? program : `${quote(message, 60)} of ${program}`
  const late = duration(now - expected.time)
  const at = isoTime(expected.time).slice(11, 16)
  const isOften = expected.rhythm === 'at regular intervals' || expected.rhythm === hourly
  const next = isOften ? ', this time due' : ''
  const isFrequent = expected.rhythm === frequent
  // The sample is the last run.
  const usual = isFrequent
    ? isHealthCheck(message) && expected.time - last.time < 2 * leastCheckPause
      ? 'every minute or more often'
      : `about every ${duration(expected.time - last.time)}`
    : `${expected.rhythm}${next} at about ${at} UTC`
  const value = arrival ? `${late} late` : `missing for ${late}`
  return toDetection({
    detector: 'job',
    type: 'anomaly',
    source,
    stream,
    subject: `missing run ${message}`,
    start: expected.time,
    from: expected.time,
    to: now,
    score: Math.min(1, 0.5 + expected.runs / 20),
    severity: expected.runs >= certainRuns || expected.rhythm === 'every week' ? 'medium' : 'low',
    title: isFrequent
      ? `${place} ${arrival ? `was missing for ${late}` : 'stopped'}`
      : `${place} ${arrival ? `ran ${late} late` : 'did not run'}`,
    sentence: `${place} ${arrival ? (isFrequent ? `came again after ${late}` : `came ${late} late`) : `has been missing for ${late}`}. In ${plural(expected.runs, 'earlier run')} it came ${usual}.`,
    value,
    usual,
    reasons: [{ feature: 'time since the run was due', value, usual, pull: 1 }],
    evidence: [toEvidence(last, 'the last run'), ...(arrival ? [toEvidence(arrival, 'the late run')] : [])],
    events: arrival ? 2 : 1,
    entities: [
      ...(host === undefined ? [] : [{ type: 'host', value: host } as const]),
      ...(service === undefined ? [] : [{ type: 'service', value: service } as const]),
    ],
    key: `${missingRun} of ${stream}${message === '' ? '' : `: ${quote(message, 80)}`}`,
    learning: false,
  })
}
