import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { readChunks } from '../../pipeline/ingest/file/file-chunks.ts'
import { type FileReading, readFiles } from '../../pipeline/ingest/file/file-read.ts'
import type { TimeInZone } from '../../pipeline/ingest/file/written-zone.ts'
import { parseZone } from '../../pipeline/ingest/zone.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'
import type { FieldMap } from '../../schema/record/field-map.ts'

interface ReadRequest {
  readonly paths: readonly string[]
  readonly source?: string | undefined
  /** `UTC`, `+02:00`: for times that name no zone. */
  readonly zone?: string | undefined
  /** The mapping of record fields. */
  readonly map?: FieldMap | undefined
  readonly stdin: Readable
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Reads logs from files, folders, patterns and `-`, ordered by the times of their lines. */
export const readLogs = (request: ReadRequest): FileReading => {
  const { paths, source, map, stdin, now, signal } = request
  const zoneMinutes = zoneOf(request)
  return readFiles(paths, { source, zoneMinutes, stdin, now, signal, timeOf: timeReader(now(), zoneMinutes, map) })
}

/** Reads the same as chunks of whole lines, for sending them on as they are. */
export const readLogChunks = (request: ReadRequest, chunkBytes: number): ReturnType<typeof readChunks> => {
  const { paths, source, map, stdin, now, signal } = request
  const zoneMinutes = zoneOf(request)
  const timeOf = timeReader(now(), zoneMinutes, map)
  return readChunks(paths, { source, stdin, signal, chunkBytes, timeOf, hasZone: zoneMinutes !== undefined })
}

const zoneOf = ({ zone }: ReadRequest): number | undefined => {
  const zoneMinutes = zone === undefined ? undefined : parseZone(zone)
  if (zone !== undefined && zoneMinutes === undefined) {
    throw new AppError('INVALID_REQUEST', `Unknown time zone "${zone}".`, { hint: 'Use UTC, +02:00 or -05:30.' })
  }
  return zoneMinutes
}

const timeReader =
  (receivedAt: number, given?: number, map?: FieldMap): TimeInZone =>
  (text, zoneMinutes = given) =>
    parseRecord({ text, source: '', receivedAt, zoneMinutes, map }).time
