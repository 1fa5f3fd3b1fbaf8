import { anyPromises } from './requirements/any.ts'
import { logAnalyzerPromises } from './requirements/log-analyzer.ts'
import { logDetectionPromises } from './requirements/log-detection.ts'
import { mcpPromises } from './requirements/mcp.ts'
import { networkAgentPromises } from './requirements/network-agents.ts'
import { queryGuardPromises } from './requirements/query-guard.ts'
import { triagePromises } from './requirements/triage.ts'
import { triageDashboardPromises } from './requirements/triage-dashboard.ts'

/** A promise of an older system's contract that its clients rely on. */
export interface Promised {
  /** `log-analyzer.ingest-answer`: the system, and a name of its own there. */
  readonly id: string
  /** What a client may rely on, in one sentence. */
  readonly promise: string
}

/** Every promise that is kept; each is cited by a test that asks the running program (`keeps(id)`). */
export const promises: readonly Promised[] = [
  anyPromises,
  logAnalyzerPromises,
  logDetectionPromises,
  mcpPromises,
  networkAgentPromises,
  queryGuardPromises,
  triagePromises,
  triageDashboardPromises,
].flat()
