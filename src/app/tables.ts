import { createContext } from '../context/context.ts'
import { createIntel } from '../intel/create-intel.ts'
import { agentsInForce } from '../operations/agents/read-agents.ts'
import { recoverImports } from '../operations/rules/packs/rule-imports.ts'
import { createRules, importsFolder } from '../operations/rules/rule-folders.ts'
import { createSuppressions } from '../operations/suppressions/suppressions-in-force.ts'
import type { Foundation } from './base.ts'

/** The tables in memory. */
export type TableName = 'rules' | 'assets and users' | 'networks' | 'indicators' | 'suppressions'

/**
 * Opens what the program keeps in memory of rules, context, threat intelligence and suppressions, and reads it for the first time.
 *
 * @param refresh reloads a table in the pipeline thread
 */
export const openTables = async (
  { config, store, runtime }: Foundation,
  refresh: (table: TableName) => Promise<void> = async () => {},
) => {
  const { now, log } = runtime
  const rulesFolder = importsFolder(config)
  await recoverImports(rulesFolder)
  const followed = (table: TableName, read: () => Promise<void>) => async () => {
    await refresh(table)
    await read()
  }
  const rules = createRules({
    ...{ config, settings: store.ruleSettings.list, log },
    // Rules that are listed here are active in the thread.
    beforeActive: () => refresh('rules'),
  })
  const context = createContext({ config, store, log })
  const intel = createIntel({ config, store, runtime })
  const suppressions = createSuppressions({ list: store.suppressions.list, now })
  context.refresh = followed('assets and users', context.refresh)
  context.refreshNetworks = followed('networks', context.refreshNetworks)
  intel.intel.table.refresh = followed('indicators', intel.intel.table.refresh)
  suppressions.refresh = followed('suppressions', suppressions.refresh)
  const readers = {
    'assets and users': context.refresh,
    networks: context.refreshNetworks,
    indicators: intel.intel.table.refresh,
    suppressions: suppressions.refresh,
  }
  await rules.refresh()
  for (const read of Object.values(readers)) await read()
  return {
    rules,
    rulesFolder,
    context,
    intel,
    suppressions,
    agents: agentsInForce(config),
    /** Reloads each table. */
    refresh: readers,
    jobs: [
      { name: 'refresh suppressions', every: 500, run: suppressions.refresh },
      { name: 'refresh rules', every: 3_000, run: rules.poll },
      { name: 'refresh assets and users', every: 3_000, run: context.refresh },
      { name: 'refresh networks', every: 300_000, run: context.refreshNetworks },
      ...intel.jobs,
    ],
  }
}
export type AppTables = Awaited<ReturnType<typeof openTables>>
