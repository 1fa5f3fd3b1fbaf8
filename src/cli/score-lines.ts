import type { Command } from 'commander'
import { scoreLines } from '../operations/analysis/score-lines.ts'
import type { CommandContext } from './cli.ts'
import { gather } from './gather.ts'
import { visible } from './terminal.ts'

interface ScoreOptions {
  readonly explain?: boolean
}

/** `vedette score lines`: how bad each line of a log sounds; needs no server. */
export const defineLines = (command: Command, { out, err, stdin, now, signal, end }: CommandContext): void => {
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
