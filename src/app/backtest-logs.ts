import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { createBareContext } from '../context/context.ts'
import { isCalled } from '../lib/sigma/document.ts'
import type { Logsource } from '../lib/sigma/sigma.ts'
import { requireDocuments } from '../operations/rules/lint-rules.ts'
import { runBacktest } from '../operations/rules/rule-backtest.ts'
import { withReferences } from '../operations/rules/rule-documents.ts'
import { createRules } from '../operations/rules/rule-folders.ts'
import { rulesInCommon } from '../operations/rules/rule-overlap.ts'
import { createSorter, reachIn } from '../operations/rules/rule-reach.ts'
import { createClock } from '../pipeline/clock.ts'
import { toBatches } from '../pipeline/ingest/record-batches.ts'
import type { Backtest } from '../schema/backtest.ts'
import type { Event } from '../schema/event.ts'
import type { RawRecord } from '../schema/record.ts'
import { createJudges } from './judges.ts'

interface BacktestLogsOptions {
  readonly config: Config
  /** The rules to try. */
  readonly yaml: string
  readonly records: AsyncIterable<readonly RawRecord[]>
  readonly log: Log
  readonly signal: AbortSignal
}

/** Says what rules would have found in the caller's records; needs no store. */
export const backtestLogs = async (options: BacktestLogsOptions): Promise<Backtest> => {
  const { config, yaml, records, log, signal } = options
  const rules = createRules({ config, settings: async () => [], log })
  await rules.refresh()
  const targets = requireDocuments(yaml, rules)
  const documents = withReferences(targets, rules)
  const judges = createJudges({
    config,
    clock: createClock(),
    rules: rules.book,
    context: createBareContext(config),
    log,
    signal,
  })
  const logsourcesOf = createSorter(rules.book)
  const bySource = new Map<string, readonly Logsource[]>()
  async function* events(): AsyncGenerator<readonly Event[]> {
    let first = 0
    for await (const batch of records) {
      for (const part of toBatches(batch)) {
        const understood = judges.enrich(judges.mine(judges.normalizer.normalize({ ...part, partition: 0, first })))
        // What a source sends is plain from its first batch.
        if (!bySource.has(part.source)) bySource.set(part.source, await logsourcesOf(understood))
        yield understood
        first += part.texts.length
      }
    }
  }
  const limits = { maxMs: Number.POSITIVE_INFINITY, maxEvents: Number.POSITIVE_INFINITY }
  const { taxonomy } = rules.book
  const { result, matched } = await runBacktest({ targets, documents, taxonomy, events: events(), limits, signal })
  const { reachOf } = reachIn(bySource)
  const find = (name: string) => documents.find((one) => isCalled(one, name))
  const except = new Set(documents.map(({ id }) => id))
  return {
    ...result,
    overlap: { events: matched.length, rules: await rulesInCommon(matched, rules.book, except), detectors: [] },
    applies_to: [...new Set(targets.flatMap((document) => reachOf(document, find)))].sort(),
    sources: bySource.size,
  }
}
