import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { tryAgents } from '../../operations/agents/agent-trial.ts'
import { markEvents } from '../../operations/agents/mark-events.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { eventId } from '../../schema/record/record.ts'

const mostEntries = 10_000
const mostMs = 30_000
const source = 'log-entries'

const entry = z.record(z.string(), z.unknown())

/** Runs the agents on log entries that a client sends. Agents count lines, so single lines are anomalous only among others. */
export const analyzeLogEntries = defineOperation({
  name: 'analyze_log_entries',
  summary: 'Runs the network agents on log entries that are sent, and stores nothing.',
  role: 'viewer',
  input: z.strictObject({
    logs: z
      .array(entry, { error: 'Send an array of log entries.' })
      .min(1, 'No valid features extracted from logs: send at least one log entry.')
      .max(mostEntries),
  }),
  output: z.array(
    z.object({
      log_entry: entry,
      analysis_result: z.object({
        prediction: z.int(),
        anomaly_score: z.number(),
        is_anomaly: z.boolean(),
        /** The agent that found it. */
        model_version: z.string().nullable(),
        anomaly_type: z.string().nullable(),
        description: z.string().nullable(),
        timestamp: z.iso.datetime(),
      }),
      analysis_timestamp: z.iso.datetime(),
      model_version: z.string().nullable(),
    }),
  ),
  async run({ logs }, { normalize, activeAgents, now }: Pick<Deps, 'normalize' | 'activeAgents' | 'now'>) {
    const receivedAt = now()
    const texts = logs.map(toRecord)
    const events = await normalize({ partition: 0, first: 0, source, receivedAt, texts })
    const inTime = events.toSorted((a, b) => a.time - b.time)
    const trial = await tryAgents({
      agents: activeAgents,
      events: pageOf(inTime),
      limits: { maxMs: mostMs, maxEvents: mostEntries + 1 },
      most: mostEntries,
    })
    if (trial.errors.length > 0)
      throw new AppError('UNAVAILABLE', trial.errors.join(' '), { hint: 'Send fewer entries.' })
    const marked = markEvents(activeAgents, inTime, trial.results)
    const timestamp = new Date(receivedAt).toISOString()
    return logs.map((log, number) => {
      const found = marked.get(eventId(0, number))
      const model_version = found?.agent_name ?? null
      return {
        log_entry: log,
        analysis_result: {
          prediction: found ? 1 : 0,
          anomaly_score: found?.confidence ?? 0,
          is_anomaly: found !== undefined,
          model_version,
          anomaly_type: found?.anomaly_type ?? null,
          description: found?.description ?? null,
          timestamp,
        },
        analysis_timestamp: timestamp,
        model_version,
      }
    })
  },
})

async function* pageOf<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  yield items
}

/** The columns of `log_entries`, also under the names that `GET /api/v1/logs` gives them. */
const toRecord = (log: z.output<typeof entry>): string =>
  JSON.stringify({
    '@timestamp': log.timestamp,
    'log.level': log.log_level ?? log.level,
    'process.name': log.process_name ?? log.program ?? log.process,
    'host.name': log.device_ip,
    'device.id': log.device_id,
    message: log.message ?? log.raw_message,
  })
