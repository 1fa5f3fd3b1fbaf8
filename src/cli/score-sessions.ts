import type { Command } from 'commander'
import { scoreSessions } from '../operations/analysis/score-sessions.ts'
import type { CommandContext } from './cli.ts'
import { gather } from './gather.ts'

interface ScoreOptions {
  readonly train?: string
  readonly explain?: boolean
}

/** `vedette score sessions`: how odd each session of a file is; needs no server. */
export const defineSessions = (command: Command, { out, stdin }: CommandContext): void => {
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
