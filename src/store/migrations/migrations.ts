import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { initial } from './0001-initial.ts'
import { ruleSettings } from './0002-rule-settings.ts'
import { triage } from './0003-triage.ts'
import { intel } from './0004-intel.ts'
import { auditChain } from './0005-audit-chain.ts'
import { alertHeads } from './0010-alert-heads.ts'
import { decisionsAndViews } from './0011-decisions-and-views.ts'
import { scoredBatches } from './0020-scored-batches.ts'
import { eventCounts } from './0030-event-counts.ts'
import { externalIds } from './0040-external-ids.ts'
import { llm } from './0050-llm.ts'
import { accounts } from './0060-accounts.ts'
import { queryResults } from './0070-query-results.ts'
import { agentAnomalies } from './0080-agent-anomalies.ts'
import { alertResults } from './0090-alert-results.ts'
import { modelOpinions } from './0120-model-opinions.ts'
import { alertRules } from './0130-alert-rules.ts'
import { alertIndex } from './0150-alert-index.ts'
import { detectionsSaved } from './0151-detections-saved.ts'

/** Every step of the schema, in order. A released step is never changed: what comes later is a step of its own. */
export const migrations: Readonly<Record<string, (db: Kysely<unknown>, types: ColumnTypes) => Promise<void>>> = {
  '0001-initial': initial,
  '0002-rule-settings': ruleSettings,
  '0003-triage': triage,
  '0004-intel': intel,
  '0005-audit-chain': auditChain,
  '0010-alert-heads': alertHeads,
  '0011-decisions-and-views': decisionsAndViews,
  '0020-scored-batches': scoredBatches,
  '0030-event-counts': eventCounts,
  '0040-external-ids': externalIds,
  '0050-llm': llm,
  '0060-accounts': accounts,
  '0070-query-results': queryResults,
  '0080-agent-anomalies': agentAnomalies,
  '0090-alert-results': alertResults,
  '0120-model-opinions': modelOpinions,
  '0130-alert-rules': alertRules,
  '0150-alert-index': alertIndex,
  '0151-detections-saved': detectionsSaved,
}
