import type { Command } from 'commander'
import { scoreSeries } from '../operations/analysis/score-series.ts'
import type { CommandContext } from './cli.ts'
import { gather } from './gather.ts'

interface ScoreOptions {
  readonly explain?: boolean
}

/** `vedette score series`: how odd each point of a series is, by those before it; needs no server. */
export const defineSeries = (command: Command, { out, stdin }: CommandContext): void => {
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
