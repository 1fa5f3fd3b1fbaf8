import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { processLogFiles } from '../../operations/analysis/process-log-files.ts'
import type { CommandContext } from '../cli.ts'
import { visible } from '../terminal/terminal.ts'

interface BatchFlags {
  readonly modelDir: string
  readonly logDir: string
  readonly outputDir: string
  readonly interval: number
  readonly once?: boolean
}

/** `vedette batch`: judges the files of a folder as they come; needs no server. */
export const define = (command: Command, { out, now, signal, env, end }: CommandContext): void => {
  command
    .description(
      'Judges the JSON, CSV and line files below a folder that were not judged before, and writes for each what is odd in it.',
    )
    .option('--model-dir <folder>', 'the model to judge by', env.MODEL_DIR ?? 'anomaly_outputs')
    .option('--log-dir <folder>', 'where the files are', env.LOG_DIR ?? 'logs')
    .option('--output-dir <folder>', 'where findings go', env.OUTPUT_DIR ?? 'batch_outputs')
    .option(
      '--interval <seconds>',
      'how long to wait between two looks',
      seconds,
      seconds(env.BATCH_INTERVAL ?? '3600'),
    )
    .option('--once', 'look once, and end')
    .action(async ({ modelDir, logDir, outputDir, interval, once }: BatchFlags) => {
      for (;;) {
        const { processed, errors, results } = await processLogFiles({ modelDir, logDir, outputDir, now })
        for (const result of results) {
          const told =
            result.status === 'success'
              ? `${result.anomalies_detected} odd of ${result.total_events} events → ${result.output_file}`
              : result.status === 'error'
                ? `failed: ${result.error}`
                : 'empty'
          out.write(`${visible(`${result.filepath}: ${told}`)}\n`)
        }
        out.write(`${processed} files, ${errors} errors\n`)
        if (once) {
          if (errors > 0) end(5)
          return
        }
        await sleep(interval * 1000, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return
      }
    })
}

const seconds = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Give a whole number of seconds.')
  return number
}
