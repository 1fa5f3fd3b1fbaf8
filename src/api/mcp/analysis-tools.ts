import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { analyzeLogEvents } from '../../operations/analyze-log-events.ts'
import { analyzeLogs } from '../../operations/analyze-logs.ts'
import { getLogModel } from '../../operations/get-log-model.ts'
import { loadLogModel } from '../../operations/load-log-model.ts'
import { chunkTexts, hashTexts } from '../../operations/record-chunk.ts'
import { recordsOfText } from '../../operations/record-lines.ts'
import { trainModel } from '../../operations/train-log-model.ts'
import { cursor, pageFrom } from './page.ts'
import { count, defineTool, type Tool, type ToolContext } from './tool.ts'
import { cutLine, untrusted } from './untrusted.ts'

const judged = z.looseObject({
  status: z.literal('success'),
  total_events: count,
  anomalies_detected: count,
  threshold: z.number().nullable(),
})

/** The document is its text as well, so that a list may take half of what it could. */
const mostListed = 2_500
const noLine = () => ''
const mostRecordChars = 1_048_576

interface Given {
  readonly text: string
  readonly format: 'auto' | 'json' | 'csv' | 'text'
  readonly cursor: string | undefined
}

/** All that `analyze` may ask. */
const analysisAsks = [getLogModel, analyzeLogEvents, analyzeLogs]

/** Judges by the loaded model; without one, by everything that needs no training. The contract of the older server is one text that holds the document. */
const analyze = async ({ text, format, cursor: after }: Given, context: ToolContext) => {
  const { loaded } = await context.ask(getLogModel, {})
  if (loaded && format !== 'text') {
    const { processing_time_ms: _, ...found } = await context.ask(analyzeLogEvents, { text, format })
    const anomalies = found.anomalies.map((one) => ({ ...one, message: cutLine(one.message) }))
    const { items, omitted, next_cursor } = pageFrom(anomalies, after, noLine, mostListed)
    return { paged: 'anomalies', structured: { ...found, anomalies: items, anomalies_omitted: omitted, next_cursor } }
  }
  const records = format === 'csv' ? text.split('\n').filter((line) => line.trim() !== '') : recordsOfText(text)
  const found = await context.ask(analyzeLogs, { records: inChunks(records, context.signal) })
  const anomalies = found.detections.map(({ title, sentence, severity, score, type, evidence }) => ({
    title,
    sentence,
    severity,
    anomaly_score: score,
    threat_type: type,
    evidence: evidence.slice(0, 3).map(({ event_id, line }) => untrusted(event_id, line)),
  }))
  const { items, omitted, next_cursor } = pageFrom(anomalies, after, noLine, mostListed)
  return {
    paged: 'anomalies',
    structured: {
      status: 'success',
      total_events: found.records,
      anomalies_detected: found.detections.length,
      anomaly_rate: found.records === 0 ? 0 : found.detections.length / found.records,
      threshold: null,
      anomalies: items,
      anomalies_omitted: omitted,
      next_cursor,
      note: 'No trained model is loaded: judged by rules, templates, sequences and baselines of these logs alone.',
    },
  }
}

/** As many as a request over HTTP may have, and not only as many as a list in it. */
async function* inChunks(records: readonly string[], signal: AbortSignal) {
  const long = records.findIndex((record) => record.length > mostRecordChars)
  if (long >= 0) {
    throw new AppError(
      'TOO_LARGE',
      `Record ${long + 1} has ${records[long]?.length} characters; ${mostRecordChars} is the most.`,
      {
        hint: 'Give one event a line.',
      },
    )
  }
  for (const texts of chunkTexts(records)) {
    // Who gave the call up needs no more of it; others get their turn meanwhile.
    await setImmediate()
    signal.throwIfAborted()
    yield { texts, hash: () => hashTexts(texts) }
  }
}

export const analysisTools: readonly Tool[] = [
  defineTool({
    name: 'load_anomaly_models',
    description: 'Loads the trained model for log events from a folder.',
    kind: 'write',
    asks: [loadLogModel],
    destructive: true,
    local: true,
    input: z.object({ model_dir: z.string().default('anomaly_outputs') }),
    output: z.looseObject({ status: z.string(), message: z.string() }),
    run: async ({ model_dir }, { ask }) => ({ structured: await ask(loadLogModel, { model_dir }) }),
  }),
  defineTool({
    name: 'analyze_logs',
    description: 'Finds what is odd in the given logs; stores nothing.',
    kind: 'read',
    asks: analysisAsks,
    input: z.object({ log_data: z.string().min(1), format: z.enum(['json', 'csv', 'text']).default('json'), cursor }),
    output: judged,
    run: ({ log_data, format, cursor: after }, context) => analyze({ text: log_data, format, cursor: after }, context),
  }),
  defineTool({
    name: 'analyze_log_file',
    description: 'Finds what is odd in a file below the allowed folders; stores nothing.',
    kind: 'read',
    asks: analysisAsks,
    input: z.object({ filepath: z.string().min(1), cursor }),
    output: judged,
    async run({ filepath, cursor: after }, context) {
      const format = /\.(json|jsonl|ndjson)(\.gz)?$/i.test(filepath)
        ? 'json'
        : /\.csv(\.gz)?$/i.test(filepath)
          ? 'csv'
          : 'text'
      return analyze({ text: await context.readFile(filepath), format, cursor: after }, context)
    },
  }),
  defineTool({
    name: 'get_detection_stats',
    description: 'Tells which model is loaded, its threshold and features.',
    kind: 'read',
    asks: [getLogModel],
    input: z.object({}),
    output: z.looseObject({ status: z.string(), models_loaded: z.boolean(), threshold: z.number().nullable() }),
    async run(_input, { ask }) {
      const { loaded, threshold, feature_names, trees, contamination } = await ask(getLogModel, {})
      return {
        structured: {
          status: 'success',
          models_loaded: loaded,
          threshold,
          feature_pipeline: { n_features: feature_names?.length ?? 0, features: feature_names ?? [] },
          isolation_forest: { n_estimators: trees, contamination },
        },
      }
    },
  }),
  defineTool({
    name: 'train_model',
    description: 'Learns from log event files below the allowed folders, writes the model there and loads it.',
    kind: 'write',
    asks: [trainModel, loadLogModel],
    destructive: true,
    input: z.object({ data_path: z.string().min(1), output_dir: z.string().default('anomaly_outputs') }),
    output: z.looseObject({ status: z.string(), total_events: count }),
    async run({ data_path, output_dir }, { ask, within, progress }) {
      await progress(0, 2, 'learning')
      const found = await ask(trainModel, {
        data_path: await within(data_path),
        output_dir: await within(output_dir),
      })
      await progress(1, 2, 'loading')
      await ask(loadLogModel, { model_dir: output_dir })
      await progress(2, 2, 'done')
      return { structured: { status: 'success', ...found } }
    },
  }),
]
