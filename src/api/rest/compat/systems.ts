import type { CompatSystem } from './compat.ts'
import { logAnalyzer } from './log-analyzer.ts'
import { logDetection } from './log-detection.ts'
import { networkAgents } from './network-agents.ts'
import { queryGuard } from './query-guard.ts'
import { triageServices } from './triage.ts'
import { triageDashboard } from './triage-dashboard.ts'

/** Every older system whose clients are served. */
export const compatSystems: readonly CompatSystem[] = [
  logAnalyzer,
  logDetection,
  networkAgents,
  queryGuard,
  ...triageServices,
  triageDashboard,
]
