import { stat } from 'node:fs/promises'
import { minute } from '../../../lib/units/time.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { mergeByTime, mergeGroups } from '../merge-by-time.ts'
import { readWithPauses } from '../pauses.ts'
import { clockOf, dateClocks, readClocks } from './clock-days.ts'
import { type LineReading, recordsOf } from './file-lines.ts'
import { findLogs } from './find-logs.ts'
import { oldestFirst } from './oldest-first.ts'
import { type OpenLog, type OpenOptions, readLog } from './read-log.ts'
import { emptyReport, type ReadReport } from './read-report.ts'
import { guessLogZone, type TimeInZone } from './written-zone.ts'

/** A stream that pauses for longer is no export that is still being written. */
const longestPause = 30_000

export interface FileReadOptions extends OpenOptions {
  /** The source of all records. Defaults to the name of their log. */
  readonly source?: string | undefined
  readonly zoneMinutes?: number | undefined
  readonly now: () => number
  /** How the records of each file are read. */
  readonly reading?: (path: string) => LineReading
  /** Whether to date the lines of files that have a clock but no date. On by default. */
  readonly dates?: boolean
}

export interface FileReading {
  readonly batches: AsyncIterable<readonly RawRecord[]>
  readonly report: ReadReport
}

/**
 * Reads files, folders, patterns and `-` once, from beginning to end. The files of a rotated log are one source, oldest first. Several logs
 * are merged by the time of each batch's first line, so the order is exact between batches but not between lines.
 */
export const readFiles = (paths: readonly string[], options: FileReadOptions): FileReading => {
  const report = emptyReport()
  return { batches: readAll(paths, options, report), report }
}

async function* readAll(
  paths: readonly string[],
  options: FileReadOptions,
  report: ReadReport,
): AsyncGenerator<readonly RawRecord[]> {
  const { zoneMinutes, now, timeOf, signal, reading, dates: isDated = true } = options
  const { logs, close } = await findLogs(paths, options, report)
  const batchSize = logs.length > 1 ? 1_024 : 4_096
  const zones = await Promise.all(
    logs.map((log) => (zoneMinutes === undefined ? findZone(log, timeOf, report) : undefined)),
  )
  const dates = new Map<string, number>()
  for (const [i, log] of isDated ? logs.entries() : []) {
    for await (const { path, midnight, zoneMinutes: proven } of dateLog(log, options)) {
      dates.set(path, midnight)
      zones[i] ??= proven
    }
  }
  const timeOfRecord = (record: RawRecord) => clockTime(record) ?? timeOf(record.text, record.fileZone)
  const batches = logs.map((log, i) => {
    const source = options.source ?? log.name
    const fileZone = zones[i]
    const use = (bytes: AsyncIterable<Buffer>, path: string) => {
      const given = reading?.(path)
      const records = recordsOf(bytes, {
        ...{ source, file: path === '-' ? undefined : path, zoneMinutes, fileZone, now, batchSize },
        midnight: dates.get(path),
        host: log.host,
        ...given,
      })
      return oldestFirst(
        given?.quietMs === undefined ? records : readWithPauses(records, { quietMs: longestPause, signal }),
        { timeOf: timeOfRecord, textOf: ({ text }) => text },
      )
    }
    const time = log.time ?? dates.get(log.paths[0] ?? '')
    return { records: log.records, time: inZone(time, fileZone), batches: readLog(log, options, report, use) }
  })
  const merged = mergeGroups(batches, ({ records }) => records, { timeOf: timeOfRecord, size: batchSize })
  try {
    for await (const batch of mergeByTime(merged, timeOfRecord)) {
      report.lines += batch.length
      yield batch
    }
  } finally {
    await close()
  }
}

/** Guesses the zone of a log's times without one, notes it in the report, and returns it unless it is UTC. */
const findZone = async (
  { paths, nameOf }: OpenLog,
  timeOf: TimeInZone,
  report: ReadReport,
): Promise<number | undefined> => {
  const zoneMinutes = await guessLogZone(paths, timeOf)
  const path = paths.at(-1)
  if (zoneMinutes === undefined || zoneMinutes === 0 || path === undefined) return undefined
  report.zones.push({ path: nameOf(path), zoneMinutes })
  return zoneMinutes
}

/** The time of a line without a date in a dated file. */
const clockTime = ({ text, midnight, zoneMinutes, fileZone }: RawRecord): number | undefined => {
  const clock = midnight === undefined ? undefined : clockOf(text)
  return midnight === undefined || clock === undefined ? undefined : inZone(midnight + clock, zoneMinutes ?? fileZone)
}

/** Dates the files of a log whose lines have a clock but no date. They are read twice. Pipes cannot be, and unpacked files are new. */
async function* dateLog(log: OpenLog, options: FileReadOptions) {
  if (log.time !== undefined) return
  const { timeOf, zoneMinutes, now } = options
  for (const path of log.paths.filter((path) => log.nameOf(path) === path)) {
    const use = (bytes: AsyncIterable<Buffer>) => recordsOf(bytes, { source: log.name, file: path, now })
    const records = readLog({ ...log, paths: [path] }, options, emptyReport(), use)
    const clocks = await readClocks(records, (text) => timeOf(text) !== undefined)
    const written = clocks && (await stat(path).catch(() => undefined))
    const dated =
      written && dateClocks(clocks, { created: written.birthtimeMs, modified: written.mtimeMs }, zoneMinutes)
    if (dated) yield { path, ...dated }
  }
}

/** Moves the time of a log's first line, which was read as UTC. */
const inZone = (time: number | undefined, zoneMinutes = 0): number | undefined =>
  time === undefined ? undefined : time - zoneMinutes * minute
