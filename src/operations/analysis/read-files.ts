import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { readChunks } from '../../pipeline/ingest/file/file-chunks.ts'
import { type FileReading, type FileReadOptions, readFiles } from '../../pipeline/ingest/file/read-files.ts'
import type { TimeInZone } from '../../pipeline/ingest/file/written-zone.ts'
import { asTheyAre } from '../../pipeline/ingest/join/line-joiner.ts'
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
export const readLogs = (request: ReadRequest): FileReading => readFiles(request.paths, toOptions(request))

/** Reads each of their lines, also blank ones, as a record of its own. */
export const readLogLines = (request: ReadRequest): FileReading =>
  readFiles(request.paths, {
    ...toOptions(request),
    dates: false,
    reading: () => ({ joiner: asTheyAre, keepsBlank: true }),
  })

/** Reads the records in chunks, for sending them on. */
export const readLogChunks = (request: ReadRequest, chunkBytes: number): ReturnType<typeof readChunks> =>
  readChunks(request.paths, { ...toOptions(request), chunkBytes })

const toOptions = (request: ReadRequest): FileReadOptions => {
  const { source, map, stdin, now, signal } = request
  const zoneMinutes = zoneOf(request)
  return { source, zoneMinutes, stdin, now, signal, timeOf: timeReader(now(), zoneMinutes, map) }
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
