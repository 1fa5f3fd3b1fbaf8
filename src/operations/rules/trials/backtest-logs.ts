import { isCalled } from '../../../lib/sigma/document.ts'
import type { Logsource } from '../../../lib/sigma/sigma.ts'
import type { RuleLibrary } from '../../../pipeline/detect/sigma/rule-library.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Backtest } from '../../../schema/rule/backtest.ts'
import { requireDocuments } from '../lint/lint-rules.ts'
import { createSorter, reachIn } from '../rule-reach.ts'
import { runBacktest } from './rule-backtest.ts'
import { withReferences } from './rule-documents.ts'
import { rulesInCommon } from './rule-overlap.ts'
import { noLimits } from './rule-trial.ts'

interface BacktestLogsOptions {
  readonly rules: RuleLibrary
  /** The rules to try. */
  readonly yaml: string
  /** All events of one array come from one source. */
  readonly events: AsyncIterable<readonly Event[]>
  readonly signal: AbortSignal
}

/** Runs rules on events that are not stored and reports the matches. */
export const backtestLogs = async ({ rules, yaml, events, signal }: BacktestLogsOptions): Promise<Backtest> => {
  const targets = requireDocuments(yaml, rules)
  const documents = withReferences(targets, rules)
  const logsourcesOf = createSorter(rules.book)
  const bySource = new Map<string, readonly Logsource[]>()
  async function* sorted(): AsyncGenerator<readonly Event[]> {
    for await (const some of events) {
      // The first events of a source determine its log sources.
      const source = some[0]?.source
      if (source !== undefined && !bySource.has(source)) bySource.set(source, await logsourcesOf(some))
      yield some
    }
  }
  const { taxonomy } = rules.book
  const { result, matched } = await runBacktest({
    targets,
    documents,
    taxonomy,
    events: sorted(),
    limits: noLimits,
    signal,
  })
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
