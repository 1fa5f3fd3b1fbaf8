import type { Command } from 'commander'
import { scoreSessions } from '../operations/score-sessions.ts'
import type { CommandContext } from './cli.ts'

interface ScoreOptions {
  readonly train?: string
  readonly explain?: boolean
}

const bufferSize = 65_536

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
      let text = ''
      for await (const { session, score, why } of scoreSessions({ path, train, stdin })) {
        text += `${JSON.stringify({ session, score: Number(score.toFixed(9)), ...(explain && { why: why() }) })}\n`
        if (text.length < bufferSize) continue
        out.write(text)
        text = ''
      }
      out.write(text)
    })
}
