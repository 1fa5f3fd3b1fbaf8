import type { SuiteReport } from './reports.ts'
import { anyPromises } from './requirements/any.ts'
import { logAnalyzerPromises } from './requirements/log-analyzer.ts'
import { logDetectionPromises } from './requirements/log-detection.ts'
import { mcpPromises } from './requirements/mcp.ts'
import { networkAgentPromises } from './requirements/network-agents.ts'
import { queryGuardPromises } from './requirements/query-guard.ts'
import { triagePromises } from './requirements/triage.ts'
import { triageDashboardPromises } from './requirements/triage-dashboard.ts'
import { vedettePromises } from './requirements/vedette.ts'

/** A promise that people or the clients of older systems rely on. */
export interface Promised {
  /** `vedette.nothing-lost`, `log-analyzer.ingest-answer`: the system, and a name of its own there. */
  readonly id: string
  /** What a client may rely on, in one sentence. */
  readonly promise: string
}

/** What the clients of older systems may rely on. */
export const compatPromises: readonly Promised[] = [
  anyPromises,
  logAnalyzerPromises,
  logDetectionPromises,
  mcpPromises,
  networkAgentPromises,
  queryGuardPromises,
  triagePromises,
  triageDashboardPromises,
].flat()

/** Every promise. The tests that prove one have its id in their names (`keeps(id)`); `npm run test:promises` checks that they passed. */
export const promises: readonly Promised[] = [...vedettePromises, ...compatPromises]

/** Says which tests proved a promise in the reported runs, and which failed to: those whose name contains its id. */
export const provenBy = (id: string, reports: readonly SuiteReport[]) => {
  const citing = reports
    .flatMap(({ tests }) => tests)
    .filter(({ name }) => name.split(/[\s,()]+/).includes(id))
    .map(({ file, name, state }) => ({ test: `${file} > ${name}`, state }))
  const having = (state: (typeof citing)[number]['state']) =>
    citing.filter((one) => one.state === state).map(({ test }) => test)
  return { passed: having('passed'), failed: having('failed') }
}
