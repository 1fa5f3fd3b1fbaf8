import { createDrain } from '../../lib/drain/drain.ts'
import { type SeverityHint, severityHintOfText } from '../../pipeline/detect/shared/severity-hint.ts'
import type { ReadReport } from '../../pipeline/ingest/file/read-report.ts'
import { syslogLevels } from '../../pipeline/normalize/fields/level.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'
import { readLogs } from './read-files.ts'

/** The severity score of one log line. */
export interface LineScore {
  /** Counted from 1 in its file. */
  readonly line: number
  readonly file: string | undefined
  /** 0–1, by level and then by the words of the message. */
  readonly score: number
  /** The level that the line names. */
  readonly level: string | undefined
  readonly template_id: string
  readonly template: string
}

/** The assumed level of a line without one, by its words. */
const levelOfWords: Readonly<Record<SeverityHint, string>> = { 0: 'info', 1: 'error', 2: 'crit' }
const gravities = 3
const worst = syslogLevels.length * gravities - 1

/** 0–1. Uses the words of the template, so that a user named "fatal" does not count. */
const scoreOf = (level: string | undefined, template: string): number => {
  const gravity = severityHintOfText(template)
  const rank = syslogLevels.findIndex((one) => one === (level ?? levelOfWords[gravity]))
  // Of levels the first is the worst.
  return ((syslogLevels.length - 1 - rank) * gravities + gravity) / worst
}

/**
 * Scores log lines one by one in bounded memory, by how severe each reads. Does not measure how unusual a line is;
 * detectors do. `report` is complete after the last line.
 */
export const scoreLines = (
  request: Parameters<typeof readLogs>[0],
): { readonly report: ReadReport; readonly lines: AsyncIterable<LineScore> } => {
  const { batches, report } = readLogs(request)
  async function* lines(): AsyncGenerator<LineScore> {
    const drain = createDrain()
    let count = 0
    for await (const batch of batches) {
      for (const record of batch) {
        count++
        const { message, fields, fault } = parseRecord(record)
        const { id, text } = drain.learn(fault === undefined ? message : record.text)
        const named = fields['log.level']
        const level = syslogLevels.find((one) => one === named)
        const { line = count, file } = record
        yield { line, file, score: scoreOf(level, text), level, template_id: id, template: text }
      }
    }
  }
  return { report, lines: lines() }
}
