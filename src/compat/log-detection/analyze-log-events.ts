import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { tooManyRecords } from '../../operations/analysis/analyze-logs.ts'
import { entryFormats, readEntries } from '../../operations/analysis/log-entries.ts'
import { entryScores, scoreEntries } from '../../operations/analysis/score-entries.ts'
import { defineWorkerOperation } from '../../operations/operation.ts'

const text = z.string().min(1)
const wholeEvent = z.looseObject({
  timestamp: text,
  user: text,
  source_ip: text,
  event_type: text,
  action: text,
  message: z.string(),
  dest_ip: z.string().nullish(),
  severity: z.string().nullish(),
})

/** Analyses log events with the loaded model. A list must contain complete events; a text may have other field names and gaps. */
export const analyzeLogEvents = defineWorkerOperation({
  name: 'analyze_log_events',
  summary: 'Scores log events one by one with the loaded model.',
  role: 'viewer',
  input: z
    .strictObject({
      logs: z.array(wholeEvent).optional(),
      text: z.string().optional(),
      format: z.enum(entryFormats).default('auto'),
      return_all_events: z.boolean().default(false),
      send_to_chronicle: z.boolean().default(true).describe('Whether to send anomalies to a Chronicle receiver.'),
    })
    .refine(({ logs, text }) => (logs === undefined) !== (text === undefined), {
      path: ['logs'],
      error: 'Field required',
    }),
  output: entryScores.extend({
    /** Whether the anomalies were sent; null if that was not tried. */
    chronicle_sent: z.boolean().nullable(),
  }),
  async run({ logs, text = '', format, return_all_events, send_to_chronicle }, { logModel, analyzed, maxRecords }) {
    const model = logModel()
    if (!model) {
      throw new AppError('INVALID_REQUEST', 'Models not loaded. Call POST /models/load first.', {
        hint: '`vedette train --data_path LOGS` makes a model.',
      })
    }
    const entries = logs ?? readEntries(text, format)
    if (entries.length > maxRecords) throw tooManyRecords(maxRecords)
    const found = scoreEntries(model, entries, return_all_events)
    analyzed(found.anomalies_detected, found.processing_time_ms / 1_000)
    return { ...found, chronicle_sent: send_to_chronicle ? null : false }
  },
})
