import type { AccountStore } from './accounts.ts'
import type { AlertContextStore } from './alert-context.ts'
import type { AlertResultStore } from './alert-results.ts'
import type { AlertStore } from './alerts.ts'
import type { AnomalyStore } from './anomalies.ts'
import type { AssetStore } from './assets.ts'
import type { AuditStore } from './audit.ts'
import type { Change } from './changes.ts'
import type { Transaction } from './database.ts'
import type { DecisionStore } from './decisions.ts'
import type { DetectionStore } from './detections.ts'
import type { Space } from './dialects/dialect.ts'
import type { EventStore } from './events.ts'
import type { IncidentStore } from './incidents.ts'
import type { IntakeStore } from './intake.ts'
import type { IntelAnswerStore } from './intel-answers.ts'
import type { IntelFeedStore } from './intel-feeds.ts'
import type { LlmStore } from './llm.ts'
import type { ModelOpinionStore } from './model-opinions.ts'
import type { ModelStore } from './models.ts'
import type { NotificationStore } from './notifications.ts'
import type { ParseHealthStore } from './parse-health.ts'
import type { PersonStore } from './people.ts'
import type { QueryResultStore } from './query-results.ts'
import type { RemediationActionStore } from './remediation-actions.ts'
import type { RetentionStore } from './retention.ts'
import type { RuleSettingStore } from './rule-settings.ts'
import type { ScoredBatchStore } from './scored-batches.ts'
import type { SourceDataStore } from './source-data.ts'
import type { SuppressionStore } from './suppressions.ts'
import type { ThreatIntelStore } from './threat-intel.ts'
import type { TokenStore } from './tokens.ts'
import type { TriageResultStore } from './triage-results.ts'
import type { ViewStore } from './views.ts'

export interface Store {
  readonly events: EventStore
  readonly detections: DetectionStore
  readonly alerts: AlertStore
  readonly triageResults: TriageResultStore
  readonly alertResults: AlertResultStore
  readonly alertContext: AlertContextStore
  readonly assets: AssetStore
  readonly people: PersonStore
  readonly accounts: AccountStore
  readonly threatIntel: ThreatIntelStore
  readonly intelFeeds: IntelFeedStore
  readonly intelAnswers: IntelAnswerStore
  readonly llm: LlmStore
  readonly modelOpinions: ModelOpinionStore
  readonly incidents: IncidentStore
  readonly remediationActions: RemediationActionStore
  readonly suppressions: SuppressionStore
  readonly ruleSettings: RuleSettingStore
  readonly tokens: TokenStore
  readonly audit: AuditStore
  readonly decisions: DecisionStore
  readonly views: ViewStore
  readonly notifications: NotificationStore
  readonly models: ModelStore
  readonly parseHealth: ParseHealthStore
  readonly intake: IntakeStore
  readonly scoredBatches: ScoredBatchStore
  readonly anomalies: AnomalyStore
  readonly queryResults: QueryResultStore
  readonly sourceData: SourceDataStore
  readonly retention: RetentionStore
  changes(afterUpdatedAt: number, limit: number): Promise<readonly Change[]>
  /** Runs `work` in one transaction: all of it becomes visible at once, or none when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Opens a transaction that ends with `commit` or `rollback`. */
  begin(): Promise<{ readonly tx: Transaction; commit(): Promise<void>; rollback(): Promise<void> }>
  /** How much room the database takes. */
  space(): Promise<Space>
  /** Returns the space of deleted rows to the disk, in short steps; resolves with how many bytes that were. */
  reclaim(signal?: AbortSignal): Promise<number>
  /** Cheap proof that the database answers and can be written to. */
  ping(): Promise<void>
  close(): Promise<void>
}
