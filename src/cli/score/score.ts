import type { Command } from 'commander'
import { scoreLines } from '../../operations/analysis/score-lines.ts'
import { scoreSeries } from '../../operations/analysis/score-series.ts'
import { scoreSessions } from '../../operations/analysis/score-sessions.ts'
import { scoreRows } from '../../operations/analysis/score-table.ts'
import type { CommandContext } from '../cli.ts'
import { bufferOutput } from '../terminal/gather.ts'
import { visible } from '../terminal/terminal.ts'

/** `vedette score`: scores the rows, points, sessions or lines of a file; needs no server. */
export const define = (command: Command, context: CommandContext): void => {
  defineLines(command.command('lines'), context)
  defineSeries(command.command('series'), context)
  defineSessions(command.command('sessions'), context)
  defineTable(command.command('table'), context)
}

interface ScoreOptions {
  readonly exclude: readonly string[]
  readonly train?: string
  readonly explain?: boolean
}

/** `vedette score table`: scores each row of a CSV file. */
const defineTable = (command: Command, { out, err, stdin }: CommandContext): void => {
  command
    .summary('score how anomalous each row of a CSV file is')
    .description(
      'Prints one JSON line {"row","score"} per row, counted from 0. Scores go from 0 to 1 and are high for anomalies: 0.99 is about ' +
        'one row in a hundred. The first line names the columns. Cells contain numbers or text and may be empty.',
    )
    .argument('<file>', 'CSV file, plain or compressed; `-` for stdin')
    .option('--exclude <column>', 'ignore a column, such as an id; repeatable', collect, [])
    .option('--train <file>', 'file of normal rows to train on; all rows by default')
    .option('--explain', 'add the columns that make a row anomalous')
    .action(async (path: string, { exclude, train, explain }: ScoreOptions) => {
      const lines = bufferOutput(out)
      const onNote = (note: string) => err.write(`${visible(note)}\n`)
      for await (const { row, score, why } of scoreRows({ path, exclude, train, stdin, onNote })) {
        lines.write(explain ? `${JSON.stringify({ row, score, why: why() })}\n` : `{"row":${row},"score":${score}}\n`)
      }
      lines.end()
    })
}

const collect = (column: string, columns: readonly string[]): readonly string[] => [...columns, column]

/** `vedette score series`: scores each point of a time series against the points before it. */
const defineSeries = (command: Command, { out, stdin }: CommandContext): void => {
  command
    .summary('score how anomalous each point of a time series is')
    .description(
      'Prints one JSON line {"row","score"} per row. Scores go from 0 to 1 and are high for anomalies; from 0.46 a point is worth a look. ' +
        'Each row is compared only with earlier rows. The file needs the column value, sorted by time.',
    )
    .argument('<file>', 'CSV file, plain or compressed; `-` for stdin')
    .option('--explain', 'add the usual range and the kind of anomaly')
    .action(async (path: string, { explain }: ScoreOptions) => {
      const lines = bufferOutput(out)
      for await (const { row, score, alarm, expected, low, high, kind, view } of scoreSeries({ path, stdin })) {
        const why = { alarm, expected, low, high, ...(kind && { kind, view }) }
        lines.write(`${JSON.stringify({ row, score: Number(score.toFixed(9)), ...(explain && why) })}\n`)
      }
      lines.end()
    })
}

/** `vedette score sessions`: scores each session of a CSV file. */
const defineSessions = (command: Command, { out, stdin }: CommandContext): void => {
  command
    .summary('score how anomalous each session of a CSV file is')
    .description(
      'Prints one JSON line {"session","score"} per session. Scores go from 0 to 1 and are high for anomalies. The file needs the columns ' +
        'session and events (ids separated by spaces); other columns are ignored.',
    )
    .argument('<file>', 'CSV file, plain or compressed; `-` for stdin')
    .option('--train <file>', 'file of normal sessions to train on; all sessions by default')
    .option('--explain', 'add the reasons')
    .action(async (path: string, { train, explain }: ScoreOptions) => {
      const lines = bufferOutput(out)
      for await (const { session, score, why } of scoreSessions({ path, train, stdin })) {
        lines.write(`${JSON.stringify({ session, score: Number(score.toFixed(9)), ...(explain && { why: why() }) })}\n`)
      }
      lines.end()
    })
}

/** `vedette score lines`: scores the severity of each line of a log. */
const defineLines = (command: Command, { out, err, stdin, now, signal, end }: CommandContext): void => {
  command
    .summary('score the severity of each line of a log')
    .description(
      'Prints one JSON line {"line","score"} per line. Scores go from 0 to 1, by the log level of the line and the words of its template. ' +
        'Lines without a level are scored by their words. Errors score 0.52 or more.',
    )
    .argument('<file>', 'log file, folder or glob, plain or compressed; `-` for stdin')
    .option('--explain', 'add the level and the template')
    .action(async (path: string, { explain }: ScoreOptions) => {
      const { report, lines: scored } = scoreLines({ paths: [path], stdin, now, signal })
      const lines = bufferOutput(out)
      for await (const { line, file, score, level, template_id, template } of scored) {
        const where = { ...(file !== undefined && file !== path && { file }), line }
        const why = { level: level ?? null, template_id, template }
        lines.write(`${JSON.stringify({ ...where, score: Number(score.toFixed(9)), ...(explain && why) })}\n`)
      }
      lines.end()
      for (const failed of [...report.skipped, ...report.unreadable]) {
        err.write(`${visible(failed.path)}: ${visible(failed.reason)}\n`)
      }
      if (signal.aborted) end(130)
      else if (report.unreadable.length > 0) end(5)
    })
}
