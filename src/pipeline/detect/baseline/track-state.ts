import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { createSeries } from '../../../lib/series/series.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'
import type { SeverityHint } from '../shared/severity-hint.ts'
import { type Rate, restartTrack, startRate, type Track } from './track.ts'

const kinds = ['all', 'errors', 'template'] as const

/** Writes a track with its rates and their open buckets. Adds its samples to `samples`, whose fields are written at the end. */
export const writeTrack = (writer: Writer, track: Track, samples: EventSample[]): void => {
  writer.u8(track.whole ? 1 : 0)
  for (const text of [track.source, track.stream, track.host ?? '', track.service ?? '']) writer.text(text)
  writer
    .f64(track.since)
    .f64(track.newest)
    .f64(track.lines)
    .f64(track.longestGap)
    .f64(track.secondGap)
    .f64(track.paused)
    .f64(track.resumedAt)
    .u8(track.isSilent ? 1 : 0)
    .u8(track.live ? 1 : 0)
  writeRate(writer, track.all, samples)
  writer.u8(track.errors ? 1 : 0)
  if (track.errors) writeRate(writer, track.errors, samples)
  writer.varint(track.followed.length)
  for (const rate of track.followed) writeRate(writer, rate, samples)
}

/** Reads a track back. */
export const readTrack = (reader: Reader, samples: EventSample[]): Track => {
  const whole = reader.u8() === 1
  const source = reader.text()
  const stream = reader.text()
  const host = reader.text() || undefined
  const service = reader.text() || undefined
  const since = reader.f64()
  const newest = reader.f64()
  const lines = reader.f64()
  const longestGap = reader.f64()
  const secondGap = reader.f64()
  const paused = reader.f64()
  const resumedAt = reader.f64()
  const isSilent = reader.u8() === 1
  const live = reader.u8() === 1
  const all = readRate(reader, samples)
  const errors = reader.u8() === 1 ? readRate(reader, samples) : undefined
  const followed = Array.from({ length: reader.varint() }, () => readRate(reader, samples))
  return restartTrack({
    source,
    stream,
    host,
    service,
    whole,
    since,
    newest,
    lines,
    longestGap,
    secondGap,
    paused,
    resumedAt,
    isSilent,
    live,
    all,
    errors,
    followed,
  })
}

const writeRate = (
  writer: Writer,
  { kind, severityHint, template, meter, past, latest }: Rate,
  samples: EventSample[],
): void => {
  writer.u8(kinds.indexOf(kind)).u8(severityHint)
  writer.text(template?.id ?? '').text(template?.message ?? '')
  writer
    .f64(meter.width)
    .f64(meter.start)
    .f64(meter.count)
    .u8(meter.partial ? 1 : 0)
    .varint(meter.sinceReview)
    .f64(meter.dailyRate)
    .f64(meter.observed)
  for (const sample of [meter.first, meter.last, latest]) writeSample(writer, sample, samples)
  writer.bytes(meter.series?.save() ?? new Uint8Array()).varint(meter.ring.times.length)
  for (const [i, time] of meter.ring.times.entries()) writer.f64(time).varint(meter.ring.counts[i] ?? 0)
  writer.varint(past.length)
  for (const { time, size } of past) writer.f64(time).f64(size)
}

const readRate = (reader: Reader, samples: EventSample[]): Rate => {
  const kind = kinds[reader.u8()] ?? 'all'
  const severityHint: SeverityHint = ([0, 1, 2] as const)[reader.u8()] ?? 0
  const id = reader.text()
  const message = reader.text()
  const rate = startRate(kind, severityHint, reader.f64(), kind === 'template' ? { id, message } : undefined)
  const { meter } = rate
  meter.start = reader.f64()
  meter.count = reader.f64()
  meter.partial = reader.u8() === 1
  meter.sinceReview = reader.varint()
  meter.dailyRate = reader.f64()
  meter.observed = reader.f64()
  meter.first = readSample(reader, samples)
  meter.last = readSample(reader, samples)
  rate.latest = readSample(reader, samples)
  const series = reader.bytes()
  if (series.length > 0) {
    meter.series = createSeries({ bucket: meter.width })
    meter.series.restore(series)
  }
  for (let left = reader.varint(); left > 0; left--) {
    meter.ring.times.push(reader.f64())
    meter.ring.counts.push(reader.varint())
  }
  rate.past = Array.from({ length: reader.varint() }, () => ({ time: reader.f64(), size: reader.f64() }))
  return rate
}
