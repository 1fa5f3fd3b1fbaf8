import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { processLogFiles } from '../../operations/analysis/process-log-files.ts'
import type { CommandContext } from '../cli.ts'
import { counted, visible } from '../terminal/terminal.ts'

interface BatchFlags {
  readonly modelDir: string
  readonly logDir: string
  readonly outputDir: string
  readonly interval: number
  readonly once?: boolean
}

/** `vedette batch`: scores new files in a folder; needs no server. */
export const define = (command: Command, { out, now, signal, env, end }: CommandContext): void => {
  command
    .description(
      'Score JSON, CSV and text files below a folder that were not scored before, and write the anomalies of each to a file.',
    )
    .option('--model-dir <folder>', 'folder of the model', env.MODEL_DIR ?? 'anomaly_outputs')
    .option('--log-dir <folder>', 'folder of the log files', env.LOG_DIR ?? 'logs')
    .option('--output-dir <folder>', 'folder for the anomalies', env.OUTPUT_DIR ?? 'batch_outputs')
    .option('--interval <seconds>', 'seconds between scans', seconds, seconds(env.BATCH_INTERVAL ?? '3600'))
    .option('--once', 'scan once and exit')
    .action(async ({ modelDir, logDir, outputDir, interval, once }: BatchFlags) => {
      for (;;) {
        const { processed, errors, results } = await processLogFiles({ modelDir, logDir, outputDir, now })
        for (const result of results) {
          const outcome =
            result.status === 'success'
              ? `${counted(result.anomalies_detected, 'anomaly', 'anomalies')} in ${counted(result.total_events, 'event')} → ${result.output_file}`
              : result.status === 'error'
                ? `failed: ${result.error}`
                : 'empty'
          out.write(`${visible(`${result.filepath}: ${outcome}`)}\n`)
        }
        out.write(`${counted(processed, 'file')}, ${counted(errors, 'error')}\n`)
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
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Use a whole number of seconds.')
  return number
}
