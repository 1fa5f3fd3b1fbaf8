import { z } from 'zod'
import { AppError } from '../errors.ts'
import { judgeEntries, judgement } from './judge-entries.ts'
import { entryFormats, readEntries } from './log-entries.ts'
import { defineOperation } from './operation.ts'
import type { World } from './world.ts'

const mostEvents = 200_000
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

/** Judges log events by the loaded model. Given as a list, each must be whole; given as a text, names and gaps are forgiven. */
export const analyzeLogEvents = defineOperation({
  name: 'analyze_log_events',
  summary: 'Judges log events, each by itself, with the loaded model.',
  role: 'viewer',
  input: z
    .strictObject({
      logs: z.array(wholeEvent).max(mostEvents).optional(),
      text: z.string().optional(),
      format: z.enum(entryFormats).default('auto'),
      return_all_events: z.boolean().default(false),
    })
    .refine(({ logs, text }) => (logs === undefined) !== (text === undefined), {
      path: ['logs'],
      error: 'Field required',
    }),
  output: judgement,
  async run(
    { logs, text = '', format, return_all_events },
    { logModels, analyzed }: Pick<World, 'logModels' | 'analyzed'>,
  ) {
    const loaded = logModels.current()
    if (!loaded) {
      throw new AppError('INVALID_REQUEST', 'Models not loaded. Call POST /models/load first.', {
        hint: '`vedette train --data_path LOGS` makes a model.',
      })
    }
    const entries = logs ?? readEntries(text, format)
    if (entries.length > mostEvents) throw new AppError('TOO_LARGE', `More than ${mostEvents} events in one request.`)
    const found = judgeEntries(loaded.model, entries, return_all_events)
    analyzed(found.anomalies_detected, found.processing_time_ms / 1_000)
    return found
  },
})
