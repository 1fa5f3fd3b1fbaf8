import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSample, readSampleFields, writeSample, writeSampleFields } from '../shared/sample-state.ts'
import { readCourse, writeCourse } from './course.ts'
import { readWatch, writeWatch } from './number-watch.ts'
import {
  emptyAmounts,
  emptyCandidates,
  emptyHosts,
  emptyLevels,
  type Followed,
  type OpenTrend,
  type ServiceTrends,
  startFollowed,
} from './service-trends.ts'
import { trendKinds } from './worsening.ts'

/** Writes a service. Adds its samples to `samples`, because their fields are saved after everything else. */
export const writeService = (writer: Writer, service: ServiceTrends, samples: EventSample[]): void => {
  for (const text of [service.key, service.source, service.service, service.stream, service.host ?? ''])
    writer.text(text)
  writer.f64(service.newest).f64(service.leap).f64(service.usedAt)
  writeSample(writer, service.latest, samples)
  writeFollowed(writer, service.whole, samples)
  writer.varint(service.routes.size)
  for (const followed of service.routes.values()) writeFollowed(writer, followed, samples)
  writer.varint(service.hosts.size)
  for (const [host, { errors, usedAt }] of service.hosts.entries()) writer.text(host).f64(errors).f64(usedAt)
  writer.varint(service.levels.size)
  for (const followed of service.levels.values()) writeFollowed(writer, followed, samples)
  writer.varint(service.candidates.size)
  for (const [route, { count, usedAt }] of service.candidates.entries()) writer.text(route).varint(count).f64(usedAt)
}

export const readService = (reader: Reader, maxRoutes: number, samples: EventSample[]): ServiceTrends => {
  const [key, source, service, stream, host] = Array.from({ length: 5 }, () => reader.text())
  const [newest, leap, usedAt] = [reader.f64(), reader.f64(), reader.f64()]
  const latest = readSample(reader, samples)
  const found: ServiceTrends = {
    key: key ?? '',
    source: source ?? '',
    service: service ?? '',
    stream: stream ?? '',
    host: host === '' ? undefined : host,
    hosts: emptyHosts(),
    newest,
    leap,
    latest,
    whole: readFollowed(reader, samples),
    routes: new BoundedMap(maxRoutes),
    candidates: emptyCandidates(),
    levels: emptyLevels(),
    amounts: emptyAmounts(),
    usedAt,
  }
  for (let left = reader.varint(); left > 0; left--) {
    const followed = readFollowed(reader, samples)
    found.routes.set(followed.route, followed)
  }
  for (let left = reader.varint(); left > 0; left--)
    found.hosts.set(reader.text(), { errors: reader.f64(), usedAt: reader.f64() })
  for (let left = reader.varint(); left > 0; left--) {
    const followed = readFollowed(reader, samples)
    found.levels.set(followed.route, followed)
  }
  for (let left = reader.varint(); left > 0; left--)
    found.candidates.set(reader.text(), { count: reader.varint(), usedAt: reader.f64() })
  return found
}

const writeFollowed = (writer: Writer, { route, course, trends, usedAt }: Followed, samples: EventSample[]): void => {
  writer.text(route).f64(usedAt)
  writeCourse(writer, course, samples)
  writer.varint(trends.length)
  for (const { kind, start, seen, ended, reported } of trends)
    writer.u8(trendKinds.indexOf(kind)).f64(start).varint(seen).varint(ended).f64(reported)
}

const readFollowed = (reader: Reader, samples: EventSample[]): Followed => {
  const [route, usedAt] = [reader.text(), reader.f64()]
  const followed = startFollowed(route, readCourse(reader, samples))
  followed.usedAt = usedAt
  for (let left = reader.varint(); left > 0; left--) {
    const open: OpenTrend = {
      kind: trendKinds[reader.u8()] ?? 'errors',
      start: reader.f64(),
      seen: reader.varint(),
      ended: reader.varint(),
      reported: reader.f64(),
    }
    followed.trends.push(open)
  }
  return followed
}

const watchedOf = ({ whole, routes, levels }: ServiceTrends): readonly Followed[] => [
  whole,
  ...routes.values(),
  ...levels.values(),
]

/** Writes what watches the numbers of services. It comes at the end of a state, because earlier releases did not watch them. */
export const writeWatches = (writer: Writer, services: Iterable<ServiceTrends>): void => {
  const samples: EventSample[] = []
  for (const service of services) {
    for (const { watch } of watchedOf(service)) {
      writer.u8(watch ? 1 : 0)
      if (watch) writeWatch(writer, watch, samples)
    }
    writer.varint(service.amounts.size)
    for (const { name, watch, usedAt } of service.amounts.values()) {
      writer.text(name).f64(usedAt)
      writeWatch(writer, watch, samples)
    }
  }
  writeSampleFields(writer, samples)
}

/** Reads what watches the numbers of the services that were read before. */
export const readWatches = (reader: Reader, services: Iterable<ServiceTrends>): void => {
  if (reader.ended) return
  const samples: EventSample[] = []
  for (const service of services) {
    for (const followed of watchedOf(service)) if (reader.u8() !== 0) followed.watch = readWatch(reader, samples)
    for (let left = reader.varint(); left > 0; left--) {
      const [name, usedAt] = [reader.text(), reader.f64()]
      service.amounts.set(name, { name, watch: readWatch(reader, samples), usedAt })
    }
  }
  readSampleFields(reader, samples)
}
