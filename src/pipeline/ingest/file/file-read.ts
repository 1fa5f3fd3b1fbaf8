import type { RawRecord } from '../../../schema/record.ts'
import { mergeByTime } from '../merge-by-time.ts'
import { recordsOf } from './file-lines.ts'
import { emptyReport, findLogs, type OpenOptions, type ReadReport, readLog } from './file-open.ts'

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
  const batches = logs.map((log) => {
    const source = options.source ?? log.name
    const use = (bytes: AsyncIterable<Buffer>, path: string) =>
      recordsOf(bytes, { source, file: path === '-' ? undefined : path, zoneMinutes, now, batchSize })
    return { time: log.time, batches: readLog(log, options, report, use) }
  })
  try {
    for await (const batch of mergeByTime(batches, ({ text }) => timeOf(text))) {
      report.lines += batch.length
      yield batch
    }
  } finally {
    await close()
  }
}
