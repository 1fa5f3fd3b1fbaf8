import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { readChunks } from '../../pipeline/ingest/file/file-chunks.ts'
import { type FileReading, readFiles } from '../../pipeline/ingest/file/file-read.ts'
import { parseZone } from '../../pipeline/ingest/zone.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'
import type { FieldMap } from '../../schema/field-map.ts'

interface ReadRequest {
  readonly paths: readonly string[]
  readonly source?: string | undefined
  /** `UTC`, `+02:00`: for times that name no zone. */
  readonly zone?: string | undefined
  /** Which fields of records mean what. */
  readonly map?: FieldMap | undefined
  readonly stdin: Readable
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Reads logs from files, folders, patterns and `-`, in order of time as far as their lines have times. */
export const readLogs = (request: ReadRequest): FileReading => {
  const { paths, source, zone, map, stdin, now, signal } = request
  const zoneMinutes = zone === undefined ? undefined : parseZone(zone)
  if (zone !== undefined && zoneMinutes === undefined) {
    throw new AppError('INVALID_REQUEST', `Unknown time zone "${zone}".`, { hint: 'Use UTC, +02:00 or -05:30.' })
  }
  return readFiles(paths, { source, zoneMinutes, stdin, now, signal, timeOf: timeReader(now(), zoneMinutes, map) })
}

/** Reads the same as chunks of whole lines, for sending them on as they are. */
export const readLogChunks = (
  { paths, source, stdin, now, signal }: Omit<ReadRequest, 'zone' | 'map'>,
  chunkBytes: number,
): ReturnType<typeof readChunks> => readChunks(paths, { source, stdin, signal, chunkBytes, timeOf: timeReader(now()) })

const timeReader =
  (receivedAt: number, zoneMinutes?: number, map?: FieldMap) =>
  (text: string): number | undefined =>
    parseRecord({ text, source: '', receivedAt, zoneMinutes, map }).time
