import { duration } from '../../../lib/units/duration.ts'
import { plural } from '../../../lib/units/number.ts'
import { day, hour, week } from '../../../lib/units/time.ts'
import { type Detection, fewerLines } from '../../../schema/detection/detection.ts'
import { type EventSample, toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import type { Track } from './track.ts'
import type { SourceTracks } from './track-book.ts'

/** A silence this many times longer than any before, and than the mean pause, is no coincidence. */
const timesLongest = 4
const timesMean = 30
const leastSilence = hour
const leastLines = 100
/** A stream seen for less time has shown no hour of the day twice. */
export const leastSpan = 2 * day
/** A stream with longer pauses may rest at weekends, which its first week does not show. */
const restsAfter = 6 * hour
/** A batch job pauses for most of a day. */
const batchPause = 10 * hour
/** A batch job logs most within this time after its pause. */
const batchRun = 3 * hour
/** A stream that logs in a smaller share of its time comes in runs. */
const leastActive = 0.15
/** With longer pauses, a stream depends on people rather than on a schedule. */
const irregular = day / 2
/** A longer pause is a wrong date. */
const longestPause = 60 * day

/** Returns how long a track must be silent to be reported; infinite while too little is known. */
const limitOf = ({ lines, since, newest, longestGap }: Track): number => {
  const span = newest - since
  if (lines < leastLines || span < leastSpan || longestGap > irregular) return Number.POSITIVE_INFINITY
  return Math.max(leastSilence, timesLongest * longestGap, (timesMean * span) / lines)
}

const mayRest = ({ longestGap, since, newest }: Track): boolean => longestGap >= restsAfter && newest - since < week

/** Whether a stream comes in runs, as nightly jobs and package managers do, and one of them began shortly before. */
export const isRunning = ({ whole, paused, since, newest, resumedAt }: Track, time: number): boolean =>
  !whole && paused > (1 - leastActive) * (newest - since) && time - resumedAt <= batchRun

/** Notes that a track continues. */
export const endSilence = (track: Track, time: number): void => {
  track.lines++
  const gap = time - track.newest
  if (gap >= batchPause) {
    track.paused += gap
    track.resumedAt = time
  }
  if (gap > track.secondGap && gap < longestPause) {
    track.secondGap = Math.min(gap, track.longestGap)
    track.longestGap = Math.max(gap, track.longestGap)
  }
  track.isSilent = false
}

/**
 * Reports a track that is silent for much longer than ever before, once. Complements the counts by bucket, which hold a lasting silence
 * for a new level. If nothing else of its host logs either, the finding is about the host.
 */
export const findLongSilence = (track: Track, source: SourceTracks, now: number): Detection | undefined => {
  const limit = limitOf(track)
  if (track.isSilent || now - track.newest <= limit) return undefined
  const sample = track.all.latest
  if (!sample) return undefined
  const ofHost = [...source.tracks.values()].filter(({ host }) => host !== undefined && host === track.host)
  const hostNewest = Math.max(track.newest, ...ofHost.map(({ newest }) => newest))
  const isHost = ofHost.length > 1 && now - hostNewest > limit / 2
  for (const one of isHost ? ofHost : [track]) one.isSilent = true
  return explain(track, isHost, sample, now)
}

const explain = (track: Track, isHost: boolean, sample: EventSample, now: number): Detection => {
  const { source, stream, host, service, whole, newest, since, lines, longestGap } = track
  const place = isHost
    ? (host ?? source)
    : whole
      ? `“${source}”`
      : [service, host].filter(Boolean).join(' on ') || source
  const span = duration(now - newest)
  const usual = `a pause of ${duration(longestGap)} at most`
  return toDetection({
    detector: 'baseline',
    type: 'anomaly',
    source,
    stream,
    subject: 'long silence',
    start: newest,
    from: newest,
    to: now,
    score: 0.9,
    severity: mayRest(track) ? 'low' : 'medium',
    title: `${place} stopped logging`,
    sentence: `${place} has been silent for ${span}, while others continue. In ${plural(lines, 'line')} over ${duration(newest - since)} its longest pause was ${duration(longestGap)}.`,
    value: `no lines in ${span}`,
    usual,
    reasons: [{ feature: 'length of the silence', value: span, usual, pull: 1 }],
    evidence: [toEvidence(sample, 'the last line before the silence')],
    events: 1,
    entities: [
      ...(host === undefined ? [] : [{ type: 'host', value: host } as const]),
      ...(service === undefined || isHost ? [] : [{ type: 'service', value: service } as const]),
    ],
    key: `${fewerLines} than usual from ${isHost ? `${source}/${host}` : stream}`,
    learning: false,
  })
}
