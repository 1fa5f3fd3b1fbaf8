import type { Command } from 'commander'
import { scoreLines } from '../../operations/analysis/score-lines.ts'
import { scoreSeries } from '../../operations/analysis/score-series.ts'
import { scoreSessions } from '../../operations/analysis/score-sessions.ts'
import { scoreRows } from '../../operations/analysis/score-table.ts'
import type { CommandContext } from '../cli.ts'
import { gather } from '../terminal/gather.ts'
import { visible } from '../terminal/terminal.ts'

/** `vedette score`: how odd each row, point or session of a file is, how bad each line of a log sounds; needs no server. */
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

/** `vedette score table`: how odd each row of a file is; needs no server. */
const defineTable = (command: Command, { out, err, stdin }: CommandContext): void => {
  command
    .summary('say how odd each row of a CSV file is')
    .description(
      'Prints one JSON line {"row","score"} for each row, counted from 0, with scores from 0 to 1, high when odd: 0.99 is about one row in ' +
        'a hundred. The first line names the columns; cells are numbers or words, and may be missing.',
    )
    .argument('<file>', 'a CSV file, plain or compressed with gzip or zstd; `-` for stdin')
    .option('--exclude <column>', 'leave a column aside, such as an id; may be repeated', collect, [])
    .option('--train <file>', 'a file of rows that are normal; without it, all rows are learnt')
    .option('--explain', 'name the columns that make a row odd, too')
    .action(async (path: string, { exclude, train, explain }: ScoreOptions) => {
      const lines = gather(out)
      const onNote = (note: string) => err.write(`${visible(note)}\n`)
      for await (const { row, score, why } of scoreRows({ path, exclude, train, stdin, onNote })) {
        lines.write(explain ? `${JSON.stringify({ row, score, why: why() })}\n` : `{"row":${row},"score":${score}}\n`)
      }
      lines.end()
    })
}

const collect = (column: string, columns: readonly string[]): readonly string[] => [...columns, column]

/** `vedette score series`: how odd each point of a series is, by those before it; needs no server. */
const defineSeries = (command: Command, { out, stdin }: CommandContext): void => {
  command
    .summary('say how odd each point of a series is, by those before it')
    .description(
      'Prints one JSON line {"row","score"} for each row, with scores from 0 to 1, high when odd; 0.275 and more is worth a look. ' +
        'A row is judged by those before it only. The file has the columns timestamp and value, in order of time.',
    )
    .argument('<file>', 'a CSV file, plain or compressed with gzip or zstd; `-` for stdin')
    .option('--explain', 'say the usual range, and what kind of finding a point is')
    .action(async (path: string, { explain }: ScoreOptions) => {
      const lines = gather(out)
      for await (const { row, score, alarm, expected, low, high, kind, view } of scoreSeries({ path, stdin })) {
        const why = { alarm, expected, low, high, ...(kind && { kind, view }) }
        lines.write(`${JSON.stringify({ row, score: Number(score.toFixed(9)), ...(explain && why) })}\n`)
      }
      lines.end()
    })
}

/** `vedette score sessions`: how odd each session of a file is; needs no server. */
const defineSessions = (command: Command, { out, stdin }: CommandContext): void => {
  command
    .summary('say how odd each session of a CSV file is')
    .description(
      'Prints one JSON line {"session","score"} for each session, with scores from 0 to 1, high when odd. The file has the columns ' +
        'session and events (ids separated by blanks); others are left aside.',
    )
    .argument('<file>', 'a CSV file, plain or compressed with gzip or zstd; `-` for stdin')
    .option('--train <file>', 'a file of sessions that are normal; without it, all sessions are learnt')
    .option('--explain', 'say why, too')
    .action(async (path: string, { train, explain }: ScoreOptions) => {
      const lines = gather(out)
      for await (const { session, score, why } of scoreSessions({ path, train, stdin })) {
        lines.write(`${JSON.stringify({ session, score: Number(score.toFixed(9)), ...(explain && { why: why() }) })}\n`)
      }
      lines.end()
    })
}

/** `vedette score lines`: how bad each line of a log sounds; needs no server. */
const defineLines = (command: Command, { out, err, stdin, now, signal, end }: CommandContext): void => {
  command
    .summary('say how bad each line of a log sounds')
    .description(
      'Prints one JSON line {"line","score"} for each line, with scores from 0 to 1: by the level that the line names and the words of ' +
        'its template. Where there is no level, the words decide; 0.52 and more is an error.',
    )
    .argument('<file>', 'a log, or a folder or pattern of them, plain or compressed with gzip or zstd; `-` for stdin')
    .option('--explain', 'say the level and the template, too')
    .action(async (path: string, { explain }: ScoreOptions) => {
      const { report, lines: scored } = scoreLines({ paths: [path], stdin, now, signal })
      const lines = gather(out)
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
