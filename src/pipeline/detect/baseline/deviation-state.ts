import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import type { Assessment } from '../../../lib/series/series.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'
import type { Deviation, DeviationDirection, ScoredBucket } from './deviation.ts'

const directions = ['spike', 'drop', 'silence'] as const satisfies readonly DeviationDirection[]

/** Writes a deviation that has not ended. */
const writeDeviation = (writer: Writer, deviation: Deviation, samples: EventSample[]): void => {
  const { direction, start, end, total, expected, buckets, nextSize } = deviation
  writer.u8(directions.indexOf(direction))
  for (const value of [start, end, total, expected, buckets, nextSize]) writer.f64(value)
  for (const flag of [deviation.learning, deviation.reported, deviation.changed]) writer.u8(flag ? 1 : 0)
  writeScored(writer, deviation.worst, samples)
  writeSample(writer, deviation.before, samples)
  writeSample(writer, deviation.after, samples)
}

const readDeviation = (reader: Reader, samples: EventSample[]): Deviation => ({
  direction: directions[reader.u8()] ?? 'spike',
  start: reader.f64(),
  end: reader.f64(),
  total: reader.f64(),
  expected: reader.f64(),
  buckets: reader.f64(),
  nextSize: reader.f64(),
  learning: reader.u8() === 1,
  reported: reader.u8() === 1,
  changed: reader.u8() === 1,
  worst: readScored(reader, samples),
  before: readSample(reader, samples),
  after: readSample(reader, samples),
})

const writeScored = (writer: Writer, { bucket, assessment, like }: ScoredBucket, samples: EventSample[]): void => {
  writer.f64(bucket.time).f64(bucket.width).f64(bucket.count)
  writeSample(writer, bucket.first, samples)
  writeSample(writer, bucket.last, samples)
  const { score, expected, expectedLow, expectedHigh, quiet, need, direction, learning } = assessment
  for (const value of [score, expected, expectedLow, expectedHigh, quiet, need]) writer.f64(value)
  writer.u8(direction ? 1 + directions.indexOf(direction) : 0).u8(learning ? 1 : 0)
  writer.text(like ?? '')
}

const readScored = (reader: Reader, samples: EventSample[]): ScoredBucket => {
  const bucket = {
    time: reader.f64(),
    width: reader.f64(),
    count: reader.f64(),
    first: readSample(reader, samples),
    last: readSample(reader, samples),
  }
  const assessment: Assessment = {
    score: reader.f64(),
    expected: reader.f64(),
    expectedLow: reader.f64(),
    expectedHigh: reader.f64(),
    quiet: reader.f64(),
    need: reader.f64(),
    direction: directions[reader.u8() - 1],
    learning: reader.u8() === 1,
  }
  return { bucket, assessment, like: reader.text() || undefined }
}

/** The deviations of one rate that have not ended. */
interface Deviations {
  high: Deviation | undefined
  low: Deviation | undefined
}

export const writeDeviations = (writer: Writer, { high, low }: Deviations, samples: EventSample[]): void => {
  for (const one of [high, low]) {
    writer.u8(one ? 1 : 0)
    if (one) writeDeviation(writer, one, samples)
  }
}

export const readDeviations = (reader: Reader, rate: Deviations, samples: EventSample[]): void => {
  rate.high = reader.u8() === 1 ? readDeviation(reader, samples) : undefined
  rate.low = reader.u8() === 1 ? readDeviation(reader, samples) : undefined
}
