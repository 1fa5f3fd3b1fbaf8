import { RE2JS } from 're2js'
import type { Config } from '../config.ts'
import { createQueryGuard, type QueryGuard } from '../operations/query-results/query-guard.ts'
import type { Store } from '../store/store.ts'

const day = 86_400_000

/** Makes what judges results of queries as the configuration wants it. */
export const createQueryGuardOf = (
  config: Config['query_guard'],
  {
    store,
    now,
    newId,
    readQuery,
  }: Pick<Parameters<typeof createQueryGuard>[0], 'now' | 'newId' | 'readQuery'> & {
    readonly store: Store
  },
): QueryGuard =>
  createQueryGuard({
    readQuery,
    store,
    now,
    newId,
    threshold: config.threshold,
    minTrainingRecords: config.min_training_records,
    maxHistory: config.max_history,
    maxShown: config.max_records_per_batch,
    excludes: finder(config.excluded_datasets),
    blocks: finder(config.blocked_queries),
    excludedPatterns: config.excluded_datasets,
    alertFrom: config.alerts,
  })

/** Tells which of some expressions finds something in a text. They are checked before, and take linear time. */
const finder = (expressions: readonly string[]) => {
  const compiled = expressions.map((text) => ({ text, expression: RE2JS.compile(text) }))
  return (text: string): string | undefined => compiled.find(({ expression }) => expression.matcher(text).find())?.text
}

/** Forgets results, findings and models that are too old. */
export const retainQueryResults = (
  { history_days, anomaly_days, model_days }: Config['query_guard'],
  store: Pick<Store, 'queryResults'>,
  now: number,
): Promise<number> =>
  store.queryResults.retain({
    ...(history_days > 0 && { historyBefore: now - history_days * day }),
    ...(anomaly_days > 0 && { analysesBefore: now - anomaly_days * day }),
    ...(model_days > 0 && { modelsBefore: now - model_days * day }),
  })
