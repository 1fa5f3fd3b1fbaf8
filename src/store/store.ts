import type { AccountStore } from './accounts/accounts.ts'
import type { TokenStore } from './accounts/tokens.ts'
import type { AlertContextStore } from './alerts/alert-context.ts'
import type { AlertResultStore } from './alerts/alert-results.ts'
import type { AlertStore } from './alerts/alerts.ts'
import type { DetectionStore } from './alerts/detections.ts'
import type { TriageResultStore } from './alerts/triage-results.ts'
import type { AnomalyStore } from './anomalies/anomalies.ts'
import type { ScoredBatchStore } from './anomalies/scored-batches.ts'
import type { AuditStore } from './audit/audit.ts'
import type { StoreChange } from './audit/changes.ts'
import type { DecisionStore } from './audit/decisions.ts'
import type { Transaction } from './database.ts'
import type { Space } from './dialects/dialect.ts'
import type { EventStore } from './events/events.ts'
import type { ParseHealthStore } from './events/parse-health.ts'
import type { IncidentStore } from './incidents/incidents.ts'
import type { NotificationStore } from './incidents/notifications.ts'
import type { RemediationActionStore } from './incidents/remediation-actions.ts'
import type { IntakeStore } from './intake/intake.ts'
import type { IntelAnswerStore } from './intel/intel-answers.ts'
import type { IntelFeedStore } from './intel/intel-feeds.ts'
import type { ThreatIntelStore } from './intel/threat-intel.ts'
import type { AssetStore } from './inventory/assets.ts'
import type { PersonStore } from './inventory/people.ts'
import type { SourceDataStore } from './inventory/source-data.ts'
import type { LlmStore } from './language-models/llm.ts'
import type { ModelOpinionStore } from './language-models/model-opinions.ts'
import type { ModelStore } from './models.ts'
import type { QueryResultStore } from './query-results/query-results.ts'
import type { RetentionStore } from './retention.ts'
import type { RuleSettingStore } from './rule-settings.ts'
import type { SuppressionStore } from './suppressions.ts'
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
  changes(afterUpdatedAt: number, limit: number): Promise<readonly StoreChange[]>
  /** Returns a moment: later reads see every change that was stamped before it. */
  settled(): Promise<number>
  /** Runs `work` in one transaction. If it throws, nothing is written. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Opens a transaction that ends with `commit` or `rollback`. */
  begin(): Promise<{ readonly tx: Transaction; commit(): Promise<void>; rollback(): Promise<void> }>
  /** The size of the database. */
  space(): Promise<Space>
  /** Returns the space of deleted rows to the disk, in short steps; resolves with how many bytes that were. */
  reclaim(signal?: AbortSignal): Promise<number>
  /** A cheap check that the database answers and is writable. */
  ping(): Promise<void>
  /** The migrations of a newer version that has migrated the database since this process started. */
  newerMigrations(): Promise<readonly string[]>
  /** Returns the reason that blocks cannot be written to object storage; undefined if they can, or if the database contains them. */
  blockProblems(): Promise<readonly string[]>
  close(): Promise<void>
}
