import { z } from 'zod'
import { analyzeLogText } from '../../operations/analysis/analyze-log-text.ts'
import { getLogModel } from '../../operations/models/get-log-model.ts'
import { loadLogModel } from '../../operations/models/load-log-model.ts'
import { trainModel } from '../../operations/models/train-model.ts'
import { countFitting } from './budget.ts'
import { cursor, skippedBy } from './page.ts'
import { defineTool, type Tool, type ToolContext, wholeNumber } from './tool.ts'
import { cutLine, untrusted } from './untrusted.ts'

const scored = z.looseObject({
  status: z.literal('success'),
  total_events: wholeNumber,
  anomalies_detected: wholeNumber,
  threshold: z.number().nullable(),
})

/** The answer contains the document twice, also as text, so a list gets half of the budget. */
const mostListed = 2_500
const noLine = () => ''

interface Given {
  readonly text: string
  readonly format: 'auto' | 'json' | 'csv' | 'text'
  readonly cursor: string | undefined
}

/** In the contract of the older server, the answer is one text with the document. */
const analyze = async ({ text, format, cursor: after }: Given, { ask }: ToolContext) => {
  const skip = skippedBy(after)
  const { anomalies: found, ...totals } = await ask(analyzeLogText, { text, format, skip })
  const anomalies = found.map(({ message, evidence, ...one }) => ({
    ...one,
    ...(message !== undefined && { message: cutLine(message) }),
    ...(evidence && { evidence: evidence.map(({ event_id, line }) => untrusted(event_id, line)) }),
  }))
  const kept = countFitting(anomalies, noLine, mostListed)
  const omitted = Math.max(0, totals.anomalies_detected - skip - kept)
  return {
    paged: 'anomalies',
    structured: {
      status: 'success',
      ...totals,
      anomalies: anomalies.slice(0, kept),
      anomalies_omitted: omitted,
      next_cursor: omitted > 0 ? String(skip + kept) : null,
      ...(totals.threshold === null && {
        note: 'No trained model is loaded: rules, templates, sequences and baselines of these logs alone found these.',
      }),
    },
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
    description: 'Finds anomalies in the given logs; stores nothing.',
    kind: 'read',
    asks: [analyzeLogText],
    input: z.object({ log_data: z.string().min(1), format: z.enum(['json', 'csv', 'text']).default('json'), cursor }),
    output: scored,
    run: ({ log_data, format, cursor: after }, context) => analyze({ text: log_data, format, cursor: after }, context),
  }),
  defineTool({
    name: 'analyze_log_file',
    description: 'Finds anomalies in a file below the allowed folders; stores nothing.',
    kind: 'read',
    asks: [analyzeLogText],
    input: z.object({ filepath: z.string().min(1), cursor }),
    output: scored,
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
    description: 'Shows the loaded model, its threshold and features.',
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
    output: z.looseObject({ status: z.string(), total_events: wholeNumber }),
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
