import { type Command, InvalidArgumentError, Option } from 'commander'
import { trainLogModel } from '../../operations/models/train-log-model.ts'
import type { CommandContext } from '../cli.ts'
import { counted, visible } from '../terminal/terminal.ts'

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

/** `vedette train`: trains a model on files of log events; needs no server. */
export const define = (command: Command, { out, err, now }: CommandContext): void => {
  command
    .description(
      'Train a model on files of log events (JSON, JSON lines, CSV or plain log lines) for `vedette batch` and POST /analyze, ' +
        'and list the anomalies among the events themselves.',
    )
    .option('--data_path <path>', 'file or folder of log events', './logs/')
    .addOption(
      new Option('--log_format <form>', 'format of the entries')
        .choices(['auto', 'json', 'csv', 'auth', 'syslog', 'security'])
        .default('auto'),
    )
    .option('--output_dir <folder>', 'folder for the model', 'anomaly_outputs')
    .option('--contamination <share>', 'expected share of anomalies', share, 0.01)
    .option('--baseline_period_days <days>', 'days from the first event that form the baseline', whole, 7)
    .option('--random_state <seed>', 'seed; the same seed gives the same model', whole, 42)
    .option('--iso_forest_estimators <trees>', 'number of trees in the forest', whole, 200)
    .option('--time_windows <seconds...>', 'windows over which the events of a user are counted', collect, windows)
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
      if (found.skipped_events > 0)
        err.write(`${counted(found.skipped_events, 'entry', 'entries')} skipped: no valid timestamp.\n`)
      out.write(
        `Trained on ${counted(found.total_events, 'event')}, ${counted(found.anomalies_detected, 'anomaly', 'anomalies')} (threshold ${found.threshold.toFixed(3)}) → ${visible(flags.output_dir)}\n`,
      )
    })
}

const share = (text: string): number => {
  const number = Number(text)
  if (!(number > 0 && number <= 0.5)) throw new InvalidArgumentError('Use a number above 0, up to 0.5.')
  return number
}

const whole = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('Use a whole number.')
  return number
}

const windows: readonly number[] = [3_600, 86_400, 604_800]
const collect = (text: string, before: readonly number[]): readonly number[] =>
  before === windows ? [whole(text)] : [...before, whole(text)]
