import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import { readLogEvent } from '../../lib/log-events/log-event.ts'
import { LogModel, type LogModelOptions } from '../../lib/log-events/log-events.ts'
import { readEntryFiles } from '../analysis/entry-files.ts'
import type { EntryFormat } from '../analysis/log-entries.ts'
import { type EntryScores, scoreEntries } from '../analysis/score-entries.ts'
import { drawAnomalies } from './anomaly-plot.ts'
import { saveModelFile } from './log-model-file.ts'

interface TrainRequest extends LogModelOptions {
  /** A file, or a folder with files. */
  readonly dataPath: string
  readonly format: EntryFormat
  /** Where the model and its findings are written. */
  readonly outputDir: string
  readonly now: () => number
}

/** Trains a model on files of log events. Writes the model and the anomalies in the training data. */
export const trainLogModel = async ({
  dataPath,
  format,
  outputDir,
  now,
  ...options
}: TrainRequest): Promise<EntryScores> => {
  const files = await readEntryFiles(dataPath, format)
  const entries = files.flatMap((file) => file.entries)
  const events = entries.flatMap((entry) => readLogEvent(entry) ?? [])
  if (events.length === 0) {
    throw new AppError('SOURCE_FAILED', `${dataPath} contains no log events with times.`, {
      hint: 'Entries need a timestamp. Set their format with --log_format.',
    })
  }
  const model = LogModel.fit(events, { ...options, trainedAt: now() })
  const { events: scored = [], ...found } = scoreEntries(model, entries, true)
  await saveModelFile(model, outputDir)
  await mkdir(outputDir, { recursive: true })
  const { anomalies, ...summary } = found
  await writeFile(join(outputDir, 'anomalies_detailed.json'), `${JSON.stringify({ ...summary, anomalies }, null, 2)}\n`)
  await writeFile(join(outputDir, 'anomalies_detected.csv'), toCsv(anomalies))
  await writeFile(join(outputDir, 'anomaly_analysis.png'), drawAnomalies(scored, found.threshold))
  return found
}

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
const toCsv = (anomalies: EntryScores['anomalies']): string =>
  [columns.join(','), ...anomalies.map((one) => columns.map((name) => cell(one[name])).join(','))]
    .join('\n')
    .concat('\n')

const cell = (value: string | number): string => {
  const text = typeof value === 'string' && /^[=+\-@\t]/.test(value) ? `'${value}` : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
