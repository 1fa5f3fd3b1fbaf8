import { memoize } from '../../lib/memoize/memoize.ts'
import type { Event } from '../../schema/event/event.ts'
import { containerOfFile } from '../../schema/record/container-file.ts'
import type { RecordBatch } from '../../schema/record/record.ts'
import type { StreamOf } from './event-streams.ts'
import type { Parsed } from './parser.ts'

/** The latest ISO date. Later times are invalid. */
const latestTime = 253_402_300_799_999

/** Whether a record has a time that events can have. */
export const isKnownTime = (time: number | undefined): time is number =>
  time !== undefined && time > -62_167_219_200_000 && time <= latestTime

/** Makes an event of a parsed record: of its text, its fields and where it came from. */
export const toEvent = (
  id: string,
  parsed: Parsed,
  batch: RecordBatch,
  original: string,
  index: number,
  streamOf: StreamOf,
): Event => {
  const { source, receivedAt } = batch
  const place = placeOf(batch, index, parsed)
  const fields =
    parsed.fault === undefined
      ? place
        ? { ...parsed.fields, ...place }
        : parsed.fields
      : { ...parsed.fields, ...place, 'error.message': parsed.fault, 'error.type': `parse/${parsed.format}` }
  return {
    id,
    kind: parsed.fault === undefined ? parsed.kind : 'pipeline_error',
    time: isKnownTime(parsed.time) ? parsed.time : receivedAt,
    timeGuessed: isKnownTime(parsed.time) ? parsed.timeGuessed : true,
    receivedAt,
    source,
    stream: streamOf(source, fields),
    message: parsed.message,
    original,
    fields,
  }
}

/** Returns the fields for a record's position in a file, or for its sender. A sender that names no host is one itself, as for a relay. */
const placeOf = (
  { file, lines, peers }: RecordBatch,
  index: number,
  { fields }: Parsed,
): Event['fields'] | undefined => {
  const line = lines?.[index]
  if (file !== undefined)
    return { ...containerFields(file), 'log.file.path': file, ...(line !== undefined && { 'log.file.line': line }) }
  const peer = peers?.[index]
  if (peer === undefined) return undefined
  return { 'log.source.address': peer, ...(fields['host.name'] === undefined && { 'host.name': peer }) }
}

/** Returns the fields for the container of Kubernetes that wrote a file. */
const containerFields = memoize((file: string): Event['fields'] | undefined => {
  const found = containerOfFile(file)
  return (
    found && {
      'kubernetes.namespace': found.namespace,
      'kubernetes.pod.name': found.pod,
      'container.name': found.container,
    }
  )
})
