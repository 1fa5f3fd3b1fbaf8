import { createContext } from '../context/context.ts'
import { createIntel } from '../intel/create-intel.ts'
import { agentsInForce } from '../operations/agents/read-agents.ts'
import { createRules, importsFolder } from '../operations/rules/rule-folders.ts'
import { recoverImports } from '../operations/rules/rule-imports.ts'
import { createSuppressions } from '../operations/suppressions/suppressions-in-force.ts'
import type { Base } from './base.ts'

/** Opens what the program keeps in memory of rules, context, threat intelligence and suppressions, and reads it for the first time. */
export const openTables = async ({ config, store, runtime }: Base) => {
  const { now, log } = runtime
  const rulesFolder = importsFolder(config)
  await recoverImports(rulesFolder)
  const rules = createRules({ config, settings: store.ruleSettings.list, log })
  const context = createContext({ config, store, log })
  const intel = createIntel({ config, store, runtime })
  const suppressions = createSuppressions({ list: store.suppressions.list, now })
  const refresh = {
    'assets and people': context.refresh,
    networks: context.refreshNetworks,
    indicators: intel.intel.table.refresh,
    suppressions: suppressions.refresh,
  }
  await rules.refresh()
  for (const read of Object.values(refresh)) await read()
  return {
    rules,
    rulesFolder,
    context,
    intel,
    suppressions,
    agents: agentsInForce(config),
    /** Reads each table anew. */
    refresh,
    jobs: [
      { name: 'refresh suppressions', every: 2_000, run: suppressions.refresh },
      { name: 'refresh rules', every: 3_000, run: () => rules.refresh() },
      { name: 'refresh assets and people', every: 3_000, run: context.refresh },
      { name: 'refresh networks', every: 300_000, run: context.refreshNetworks },
      ...intel.jobs,
    ],
  }
}
export type AppTables = Awaited<ReturnType<typeof openTables>>
