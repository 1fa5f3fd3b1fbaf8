import type { FormerSystem } from '../operations/adoption/former-system.ts'
import { formerLogAnalyzer } from './log-analyzer/adoption/former-log-analyzer.ts'
import { formerLogDetection } from './log-detection/adoption/former-log-detection.ts'
import { formerNetworkAgents } from './network-agents/adoption/former-network-agents.ts'
import { formerQueryGuard } from './query-guard/adoption/former-query-guard.ts'
import { formerTriage } from './triage/adoption/former-triage.ts'

/** Every older system whose users can move to Vedette. */
export const formerSystemsToAdopt: readonly FormerSystem[] = [
  formerLogAnalyzer,
  formerLogDetection,
  formerNetworkAgents,
  formerQueryGuard,
  formerTriage,
]
