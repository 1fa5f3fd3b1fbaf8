import { minute } from '../../../lib/units/time.ts'
import type { RawRecord } from '../../../schema/record.ts'
import { mergeByTime } from '../merge-by-time.ts'
import { recordsOf } from './file-lines.ts'
import { emptyReport, findLogs, findZone, type OpenOptions, type ReadReport, readLog } from './file-open.ts'

export interface FileReadOptions extends OpenOptions {
  /** The source of all records. Defaults to the name of their log. */
  readonly source?: string | undefined
  readonly zoneMinutes?: number | undefined
  readonly now: () => number
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
  const { zoneMinutes, now, timeOf } = options
  const { logs, close } = await findLogs(paths, options, report)
  const batchSize = logs.length > 1 ? 1_024 : 4_096
  const zones = await Promise.all(
    logs.map((log) => (zoneMinutes === undefined ? findZone(log, timeOf, report) : undefined)),
  )
  const batches = logs.map((log, i) => {
    const source = options.source ?? log.name
    const fileZone = zones[i]
    const use = (bytes: AsyncIterable<Buffer>, path: string) =>
      recordsOf(bytes, { source, file: path === '-' ? undefined : path, zoneMinutes, fileZone, now, batchSize })
    return { time: inZone(log.time, fileZone), batches: readLog(log, options, report, use) }
  })
  try {
    for await (const batch of mergeByTime(batches, ({ text, fileZone }) => timeOf(text, fileZone))) {
      report.lines += batch.length
      yield batch
    }
  } finally {
    await close()
  }
}

/** Moves the time of a log's first line, which was read as UTC. */
const inZone = (time: number | undefined, zoneMinutes = 0): number | undefined =>
  time === undefined ? undefined : time - zoneMinutes * minute
