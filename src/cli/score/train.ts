import { type Command, InvalidArgumentError, Option } from 'commander'
import { trainLogModel } from '../../operations/models/train-log-model.ts'
import type { CommandContext } from '../cli.ts'
import { visible } from '../terminal/terminal.ts'

interface TrainFlags {
  readonly data_path: string
  readonly log_format: 'auto' | 'json' | 'csv' | 'auth' | 'syslog' | 'security'
  readonly output_dir: string
  readonly contamination: number
  readonly baseline_period_days: number
  readonly random_state: number
  readonly iso_forest_estimators: number
  readonly time_windows: readonly number[]
}

/** `vedette train`: a model for log events, learnt from files; needs no server. */
export const define = (command: Command, { out, err, now }: CommandContext): void => {
  command
    .description(
      'Learns from files of log events (JSON, CSV, one object a line, or the lines of daemons) what is usual, and writes a model that ' +
        '`vedette batch` and POST /analyze judge by, with what is odd among the events themselves.',
    )
    .option('--data_path <path>', 'a file, or a folder with files', './logs/')
    .addOption(
      new Option('--log_format <form>', 'how entries are written')
        .choices(['auto', 'json', 'csv', 'auth', 'syslog', 'security'])
        .default('auto'),
    )
    .option('--output_dir <folder>', 'where the model goes', 'anomaly_outputs')
    .option('--contamination <share>', 'the share of the events that may be odd', share, 0.01)
    .option('--baseline_period_days <days>', 'how many days from the first event tell what is usual', whole, 7)
    .option('--random_state <seed>', 'the same seed makes the same model', whole, 42)
    .option('--iso_forest_estimators <trees>', 'trees of the forest', whole, 200)
    .option('--time_windows <seconds...>', 'over which a user’s events are counted', collect, windows)
    .action(async (flags: TrainFlags) => {
      const { log_format: form } = flags
      const found = await trainLogModel({
        dataPath: flags.data_path,
        format: form === 'auth' || form === 'syslog' || form === 'security' ? 'text' : form,
        outputDir: flags.output_dir,
        contamination: flags.contamination,
        baselineDays: flags.baseline_period_days,
        seed: flags.random_state,
        trees: flags.iso_forest_estimators,
        windows: flags.time_windows,
        now,
      })
      if (found.skipped_events > 0) err.write(`${found.skipped_events} entries have no time that can be read.\n`)
      out.write(
        `${found.total_events} events learnt, ${found.anomalies_detected} odd (threshold ${found.threshold.toFixed(3)}) → ${visible(flags.output_dir)}\n`,
      )
    })
}

const share = (text: string): number => {
  const number = Number(text)
  if (!(number > 0 && number <= 0.5)) throw new InvalidArgumentError('Give a share above 0, up to 0.5.')
  return number
}

const whole = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('Give a whole number.')
  return number
}

const windows: readonly number[] = [3_600, 86_400, 604_800]
const collect = (text: string, before: readonly number[]): readonly number[] =>
  before === windows ? [whole(text)] : [...before, whole(text)]
