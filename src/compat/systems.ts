import type { CompatSystem } from '../api/compat-system.ts'
import type { Runtime } from '../component.ts'
import type { Config } from '../config.ts'
import { createLogAnalyzer } from './log-analyzer/log-analyzer.ts'
import { createLogDetection } from './log-detection/log-detection.ts'
import { networkAgents } from './network-agents/network-agents.ts'
import { queryGuard } from './query-guard/query-guard.ts'
import { triageDashboard } from './triage/dashboard/dashboard.ts'
import { triageServices } from './triage/triage.ts'

/** Creates every older system. */
export const createCompatSystems = (
  config: Pick<Config, 'log_analyzer' | 'network_agents' | 'compat' | 'notify'>,
  runtime: Runtime,
): readonly CompatSystem[] => {
  const logAnalyzer = createLogAnalyzer(config.log_analyzer, runtime)
  const logDetection = createLogDetection(config.notify)
  return [
    logAnalyzer.system,
    // The scorer of the log analyser used the same port, with other paths.
    { ...logDetection, ownRoutes: [...(logDetection.ownRoutes ?? []), ...logAnalyzer.scorerRoutes] },
    networkAgents(config),
    queryGuard,
    ...triageServices,
    triageDashboard,
  ]
}
