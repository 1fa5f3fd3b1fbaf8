import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { readCourse, writeCourse } from './course.ts'
import {
  emptyCandidates,
  emptyHosts,
  emptyLevels,
  type Followed,
  type OpenTrend,
  type ServiceTrends,
  startFollowed,
} from './service-trends.ts'
import { trendKinds } from './worsening.ts'

export const writeService = (writer: Writer, service: ServiceTrends): void => {
  for (const text of [service.key, service.source, service.service, service.stream, service.host ?? ''])
    writer.text(text)
  writer.f64(service.newest).f64(service.leap).f64(service.usedAt)
  writer.u8(service.latest ? 1 : 0)
  if (service.latest) writer.text(service.latest.id).f64(service.latest.time).text(service.latest.original)
  writeFollowed(writer, service.whole)
  writer.varint(service.routes.size)
  for (const followed of service.routes.values()) writeFollowed(writer, followed)
  writer.varint(service.hosts.size)
  for (const [host, { errors, usedAt }] of service.hosts.entries()) writer.text(host).f64(errors).f64(usedAt)
  writer.varint(service.levels.size)
  for (const followed of service.levels.values()) writeFollowed(writer, followed)
  writer.varint(service.candidates.size)
  for (const [route, { count, usedAt }] of service.candidates.entries()) writer.text(route).varint(count).f64(usedAt)
}

export const readService = (reader: Reader, maxRoutes: number): ServiceTrends => {
  const [key, source, service, stream, host] = Array.from({ length: 5 }, () => reader.text())
  const [newest, leap, usedAt] = [reader.f64(), reader.f64(), reader.f64()]
  const latest = reader.u8() === 1 ? { id: reader.text(), time: reader.f64(), original: reader.text() } : undefined
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
    whole: readFollowed(reader),
    routes: new BoundedMap(maxRoutes),
    candidates: emptyCandidates(),
    levels: emptyLevels(),
    usedAt,
  }
  for (let left = reader.varint(); left > 0; left--) {
    const followed = readFollowed(reader)
    found.routes.set(followed.route, followed)
  }
  for (let left = reader.varint(); left > 0; left--)
    found.hosts.set(reader.text(), { errors: reader.f64(), usedAt: reader.f64() })
  for (let left = reader.varint(); left > 0; left--) {
    const followed = readFollowed(reader)
    found.levels.set(followed.route, followed)
  }
  for (let left = reader.varint(); left > 0; left--)
    found.candidates.set(reader.text(), { count: reader.varint(), usedAt: reader.f64() })
  return found
}

const writeFollowed = (writer: Writer, { route, course, trends, usedAt }: Followed): void => {
  writer.text(route).f64(usedAt)
  writeCourse(writer, course)
  writer.varint(trends.length)
  for (const { kind, start, seen, ended, reported } of trends)
    writer.u8(trendKinds.indexOf(kind)).f64(start).varint(seen).varint(ended).f64(reported)
}

const readFollowed = (reader: Reader): Followed => {
  const [route, usedAt] = [reader.text(), reader.f64()]
  const followed = startFollowed(route, readCourse(reader))
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
