import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { readLogEvent } from '../lib/log-events/log-event.ts'
import { LogModel, type LogModelOptions } from '../lib/log-events/log-events.ts'
import type { Actor } from '../schema/role.ts'
import { readEntryFiles } from './entry-files.ts'
import { type Judgement, judgeEntries } from './judge-entries.ts'
import type { EntryFormat } from './log-entries.ts'
import { saveModelFile } from './log-model-file.ts'
import { defineOperation } from './operation.ts'
import type { World } from './world.ts'

interface TrainRequest extends LogModelOptions {
  /** A file, or a folder with files. */
  readonly dataPath: string
  readonly format: EntryFormat
  /** Where the model and its findings are written. */
  readonly outputDir: string
  readonly now: () => number
}

/** Learns a model from files of log events, and writes it with what it finds odd among them. */
export const trainLogModel = async ({
  dataPath,
  format,
  outputDir,
  now,
  ...options
}: TrainRequest): Promise<Judgement> => {
  const files = await readEntryFiles(dataPath, format)
  const entries = files.flatMap((file) => file.entries)
  const events = entries.flatMap((entry) => readLogEvent(entry) ?? [])
  if (events.length === 0) {
    throw new AppError('SOURCE_FAILED', `There are no log events with times in ${dataPath}.`, {
      hint: 'Entries need a timestamp; say their form with --log_format.',
    })
  }
  const model = LogModel.fit(events, { ...options, trainedAt: now() })
  const found = judgeEntries(model, entries)
  await saveModelFile(model, outputDir)
  await mkdir(outputDir, { recursive: true })
  const { anomalies, ...summary } = found
  await writeFile(join(outputDir, 'anomalies_detailed.json'), `${JSON.stringify({ ...summary, anomalies }, null, 2)}\n`)
  await writeFile(join(outputDir, 'anomalies_detected.csv'), toCsv(anomalies))
  return found
}

/** Learns a model from files on this machine. Its doors confine the paths that callers name. */
export const trainModel = defineOperation({
  name: 'train_log_model',
  summary: 'Learns a model for log events from files on the server, and writes it there.',
  role: 'admin',
  input: z.strictObject({
    data_path: z.string().min(1).describe('A file, or a folder with files.'),
    output_dir: z.string().min(1).describe('The folder that the model is written to.'),
  }),
  output: z.object({ total_events: z.int(), anomalies_detected: z.int() }),
  async run(
    { data_path, output_dir },
    {
      store,
      now,
      actor,
    }: Pick<World, 'now'> & {
      readonly store: Pick<World['store'], 'audit' | 'transaction'>
      readonly actor: Actor
    },
  ) {
    const found = await trainLogModel({ dataPath: data_path, outputDir: output_dir, format: 'auto', now })
    const { total_events, anomalies_detected } = found
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'train_log_model',
      target_type: 'model',
      target_id: 'log-events',
      old_values: null,
      new_values: { data_path, output_dir, total_events },
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return { total_events, anomalies_detected }
  },
})

const columns = [
  'timestamp',
  'user',
  'source_ip',
  'dest_ip',
  'event_type',
  'action',
  'message',
  'severity',
  'anomaly_score',
  'threat_type',
] as const

/** Text that a spreadsheet would take for a formula is quoted as text. */
const toCsv = (anomalies: Judgement['anomalies']): string =>
  [columns.join(','), ...anomalies.map((one) => columns.map((name) => cell(one[name])).join(','))]
    .join('\n')
    .concat('\n')

const cell = (value: string | number): string => {
  const text = typeof value === 'string' && /^[=+\-@\t]/.test(value) ? `'${value}` : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
