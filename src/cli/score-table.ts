import type { Command } from 'commander'
import { scoreRows } from '../operations/analysis/score-table.ts'
import type { CommandContext } from './cli.ts'
import { gather } from './gather.ts'
import { visible } from './terminal.ts'

interface ScoreOptions {
  readonly exclude: readonly string[]
  readonly train?: string
  readonly explain?: boolean
}

/** `vedette score table`: how odd each row of a file is; needs no server. */
export const defineTable = (command: Command, { out, err, stdin }: CommandContext): void => {
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
