import { createDrain } from '../../lib/drain/drain.ts'
import { type SeverityHint, severityHintOfText } from '../../pipeline/detect/shared/severity-hint.ts'
import type { ReadReport } from '../../pipeline/ingest/file-open.ts'
import { syslogLevels } from '../../pipeline/normalize/level.ts'
import { understand } from '../../pipeline/normalize/understand.ts'
import { readLogs } from './read-files.ts'

/** How bad one line of a log sounds. */
export interface LineScore {
  /** Counted from 1 in its file. */
  readonly line: number
  readonly file: string | undefined
  /** From 0 to 1: by its level, and within a level by its words. */
  readonly score: number
  /** The level that the line names. */
  readonly level: string | undefined
  readonly template_id: string
  readonly template: string
}

/** What a line without a level is taken for, by its words. */
const levelOfWords: Readonly<Record<SeverityHint, string>> = { 0: 'info', 1: 'error', 2: 'crit' }
const gravities = 3
const worst = syslogLevels.length * gravities - 1

/** From 0 to 1. The words are those of the template: a user called "fatal" does not count. */
const scoreOf = (level: string | undefined, template: string): number => {
  const gravity = severityHintOfText(template)
  const rank = syslogLevels.findIndex((one) => one === (level ?? levelOfWords[gravity]))
  // Of levels the first is the worst.
  return ((syslogLevels.length - 1 - rank) * gravities + gravity) / worst
}

/**
 * Scores the lines of logs one by one, in bounded memory: how bad each sounds, whoever wrote it. Says nothing about how unusual it is; the
 * detectors do. `report` is complete when the last line is out.
 */
export const scoreLines = (
  request: Parameters<typeof readLogs>[0],
): { readonly report: ReadReport; readonly lines: AsyncIterable<LineScore> } => {
  const { batches, report } = readLogs(request)
  async function* lines(): AsyncGenerator<LineScore> {
    const drain = createDrain()
    let count = 0
    for await (const batch of batches) {
      if (request.signal.aborted) return
      for (const record of batch) {
        count++
        const { message, fields, fault } = understand(record)
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
