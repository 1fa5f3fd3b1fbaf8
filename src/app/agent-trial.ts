import { logEntrySources } from '../compat/network-agents/log-agent-settings.ts'
import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { createBareContext } from '../context/context.ts'
import { AppError } from '../errors.ts'
import { tryAgents } from '../operations/agents/agent-trial.ts'
import { readAgents } from '../operations/agents/read-agents.ts'
import { pickAgents } from '../operations/agents/test-agents.ts'
import { createClock } from '../pipeline/clock.ts'
import { noRules } from '../pipeline/detect/sigma/rule-book.ts'
import { toBatches } from '../pipeline/ingest/record-batches.ts'
import { sqlOptions } from '../pipeline/ingest/sql.ts'
import { readSpan } from '../pipeline/ingest/sql-span.ts'
import type { AgentTrial } from '../schema/agent-trial.ts'
import type { Event } from '../schema/event.ts'
import type { RawRecord } from '../schema/record.ts'
import { createJudges } from './judges.ts'

interface RecordTrialOptions {
  readonly config: Config
  /** One agent; all without it. */
  readonly agent: string | undefined
  readonly records: AsyncIterable<readonly RawRecord[]>
  readonly log: Log
  readonly signal: AbortSignal
}

/** Says what agents would have found in the caller's records; needs no store. */
export const tryAgentsOnRecords = ({
  config,
  agent,
  records,
  log,
  signal,
}: RecordTrialOptions): Promise<AgentTrial> => {
  const agents = pickAgents(readAgents(config.network_agents), agent)
  const context = createBareContext(config)
  const judges = createJudges({ config: { detectors: [] }, clock: createClock(), rules: noRules, context, log, signal })
  async function* events(): AsyncGenerator<readonly Event[]> {
    let first = 0
    for await (const batch of records) {
      for (const part of toBatches(batch)) {
        yield judges.enrich(judges.mine(judges.normalizer.normalize({ ...part, partition: 0, first })))
        first += part.texts.length
      }
    }
  }
  const limits = { maxMs: Number.POSITIVE_INFINITY, maxEvents: Number.POSITIVE_INFINITY }
  return tryAgents({ agents, events: events(), limits, signal })
}

/** Reads the log entries of the configured database within a span of time. Throws CONFIG_INVALID when none is configured. */
export const readLogEntries = (
  { config, agent }: Pick<RecordTrialOptions, 'config' | 'agent'>,
  span: { readonly from: number; readonly to: number },
  now: () => number,
): AsyncIterable<readonly RawRecord[]> => {
  const agents = pickAgents(readAgents(config.network_agents), agent)
  const [source] = logEntrySources(config.network_agents, agents)
  if (!source) {
    throw new AppError('CONFIG_INVALID', 'No database of log entries is configured.', {
      hint: 'Set network_agents.database.host, or DB_HOST and what belongs to it.',
    })
  }
  const { type: _, ...given } = source
  const { zone, timeout, ...options } = sqlOptions.parse(given)
  return readSpan({ ...options, zoneMinutes: zone, timeout: timeout * 1000 }, span, now)
}
