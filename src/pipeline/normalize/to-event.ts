import { memoize } from '../../lib/memoize/memoize.ts'
import type { Event, FieldValue } from '../../schema/event/event.ts'
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
  const { fault } = parsed
  // Nobody else has the fields of a parsed record yet, so they are not copied. All empty records share theirs.
  const fields: Record<string, FieldValue> = fault === undefined ? parsed.fields : { ...parsed.fields }
  addPlace(fields, batch, index)
  if (fault !== undefined) {
    fields['error.message'] = fault
    fields['error.type'] = `parse/${parsed.format}`
  }
  return {
    id,
    kind: fault === undefined ? parsed.kind : 'pipeline_error',
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

/** Adds the fields for a record's position in a file, or for its sender. A sender that names no host is one itself, as for a relay. */
const addPlace = (
  fields: Record<string, FieldValue>,
  { file, host, lines, peers }: RecordBatch,
  index: number,
): void => {
  const peer = peers?.[index]
  if (host !== undefined) fields['host.name'] ??= host
  if (file !== undefined) {
    Object.assign(fields, containerFields(file))
    fields['log.file.path'] = file
    const line = lines?.[index]
    if (line !== undefined) fields['log.file.line'] = line
  } else if (peer !== undefined) {
    fields['log.source.address'] = peer
    fields['host.name'] ??= peer
  }
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
