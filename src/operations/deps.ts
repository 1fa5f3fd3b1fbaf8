import type { ContextTables } from '../context/tables.ts'
import type { Intel } from '../intel/intel.ts'
import type { LogModel } from '../lib/log-events/log-events.ts'
import type { LearningProgress } from '../pipeline/detect/detector.ts'
import type { RuleLibrary } from '../pipeline/detect/sigma/rule-library.ts'
import type { Intake } from '../pipeline/ingest/intake.ts'
import type { ReceiverButtons } from '../pipeline/notify/receiver-buttons.ts'
import type { ReceiverTrials } from '../pipeline/notify/receiver-trials.ts'
import type { AlertHistory } from '../pipeline/triage/history.ts'
import type { Case } from '../pipeline/triage/llm/case.ts'
import type { PreviewedCall } from '../pipeline/triage/llm/preview-call.ts'
import type { RiskOptions } from '../pipeline/triage/risk.ts'
import type { Queue } from '../queue/queue.ts'
import type { Playbook } from '../schema/action/playbook.ts'
import type { AdoptionView } from '../schema/adoption.ts'
import type { Agent } from '../schema/agent/agent.ts'
import type { Alert } from '../schema/alert/alert.ts'
import type { Event } from '../schema/event/event.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import type { Conversation, ModelReply } from '../schema/triage/conversation.ts'
import type { SuppliedFacts } from '../schema/triage/supplied-enrichment.ts'
import type { ModelOpinion, TriageResult } from '../schema/triage/triage-result.ts'
import type { AuditHead } from '../store/audit/audit-chain.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { SignInSettings } from './accounts/sessions/sign-in-settings.ts'
import type { AnswerListener } from './answer-listener.ts'
import type { Offload } from './offload.ts'
import type { QueryGuard } from './query-results/query-guard.ts'
import type { RuleReach } from './rules/rule-reach.ts'
import type { Samples } from './samples/samples.ts'

/** The metrics of one pipeline stage since the start. */
export interface StageHealth {
  readonly name: string
  readonly received: number
  readonly emitted: number
  readonly failed: number
  /** Processing time in seconds. */
  readonly seconds: number
  readonly lastError?: string
}

export interface Health {
  readonly ready: boolean
  /** The reasons if not ready, for an operator. */
  readonly problems: readonly string[]
  readonly stages: readonly StageHealth[]
  readonly queues: readonly { topic: string; ready: number; running: number; dead: number; oldest_age_ms: number }[]
  /** The broker connections; undefined if no broker is used. */
  readonly broker?: { readonly consumer: boolean | undefined; readonly publisher: boolean | undefined }
}

/** The model that scores log events. */
export interface LogModels {
  current(): { readonly model: LogModel; readonly folder: string; readonly loadedAt: number } | undefined
  /** Loads the model from `folder` or the configured folder. Throws NOT_FOUND, FORBIDDEN or INVALID_REQUEST. */
  load(folder?: string): Promise<{ readonly folder: string; readonly loadedAt: number }>
}

/** The configured language models. */
export interface LanguageModels {
  /** In call order. `shadow` models never change a triage result. */
  readonly configured: readonly {
    readonly name: string
    readonly model: string
    readonly shadow: boolean
    /** In dollars per million tokens. */
    readonly price: { readonly input: number; readonly output: number }
  }[]
  readonly prompt: { readonly name: string; readonly hash: string }
  /** Dollars, and calls and tokens per hour. */
  readonly budget: {
    readonly month: number
    readonly incident: number
    readonly hour_calls: number
    readonly hour_tokens: number
  }
  /** The current spending periods. */
  periods(): { readonly month: string; readonly hour: string }
  resting(): ReadonlyMap<string, number>
  /** Calls a model with a custom or the current prompt, and stores nothing. Throws CONFIG_INVALID for an unusable prompt. */
  withPrompt(prompt: string | undefined): {
    readonly prompt: string
    opinion(alert: Alert, card: TriageResult, signal: AbortSignal): Promise<ModelOpinion>
  }
  /** Asks for a new opinion on an alert and adds it to the triage result. Concurrent callers share the answer. */
  ask(alert: Alert, card: TriageResult, watcher: AnswerListener): Promise<ModelOpinion>
  /** Forwards a conversation, only to `name` if given. `failed` is the reason that no model answered. */
  chat(
    asked: Conversation,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<ModelReply | { readonly failed: string }>
  /** Returns the request for an alert without sending it; `call` is undefined if the provider does not exist. */
  preview(
    alert: Alert,
    card: TriageResult,
    wanted: { readonly provider: string | undefined; readonly streamed: boolean },
  ): Promise<{
    readonly call: (PreviewedCall & { readonly provider: string }) | undefined
    readonly asked: Case
    readonly hash: string
  }>
}

/** Sends an action or a dry run to a webhook; throws CONFLICT if the webhook does not exist. */
export type CarryOut = (order: {
  readonly webhook: string
  /** The same for every retry of an order, so that it runs once. */
  readonly idempotencyKey: string
  readonly message: object
}) => Promise<{ readonly ok: boolean; readonly answer: string }>

/**
 * Inspects an older system, and takes its data unless only a preview is requested. Throws INVALID_REQUEST for a source of no known system.
 */
export type AdoptInto = (order: {
  /** A folder, a file or a database URL. */
  readonly place: string
  readonly isDryRun: boolean
  /** The person who asked, for the audit log. */
  readonly actor: string
}) => Promise<AdoptionView>

/** The dependencies of operations. Each operation names the part it needs. */
export interface Deps {
  readonly store: Store
  readonly queue: Queue<Transaction>
  readonly intake: Intake
  readonly samples: Samples
  /** The active suppressions in memory; `refresh` reloads them. */
  readonly suppressions: { refresh(): Promise<void> }
  readonly rules: RuleLibrary
  /** Network, asset and user data in memory; `refresh` loads recent changes. */
  readonly context: {
    readonly tables: ContextTables
    refresh(): Promise<void>
    /** Loads the login history of users and hosts from the thread that learns it; undefined if it is learned in this thread. */
    readonly loadHistory: (() => Promise<void>) | undefined
  }
  /** The sources that rules apply to, and their recent matches. */
  reach(): Promise<RuleReach>
  /** Contains one folder for each imported rule set. */
  readonly rulesFolder: string
  readonly intel: Intel
  readonly languageModels: LanguageModels
  /** Runs the first pipeline stages without storing or learning. */
  normalize(batch: RecordBatch): Promise<readonly Event[]>
  /** Every network agent, active or not. */
  readonly agents: readonly Agent[]
  readonly activeAgents: readonly Agent[]
  readonly playbooks: readonly Playbook[]
  readonly carryOut: CarryOut
  /** Triages one alert outside the pipeline and stores nothing. Facts supplied by the sender override local ones. */
  triageAlert(alert: Alert, facts: SuppliedFacts): Promise<TriageResult>
  /** Earlier alerts by their shared properties. */
  readonly history: Pick<AlertHistory, 'find' | 'search'>
  /** The active risk formula. */
  readonly risk: RiskOptions
  readonly offload: Offload
  readonly signIn: SignInSettings
  readonly logModels: LogModels
  /** Takes the data of an older system. */
  readonly adopt: AdoptInto
  /** Analyses query results. */
  readonly queryGuard: QueryGuard
  /** The last audit chain head that was recorded outside the database. */
  auditHead(): Promise<(AuditHead & { readonly start?: AuditHead | undefined }) | undefined>
  health(): Promise<Health>
  /** The learning progress of each detector. */
  learning(): Promise<readonly { readonly detector: string; readonly progress: readonly LearningProgress[] }[]>
  /** The names of the notification receivers. */
  readonly receivers: readonly string[]
  /** The URL under which people reach the dashboard. */
  readonly publicUrl: string | undefined
  /** Sends test messages to receivers and previews messages. */
  readonly receiverTrials: ReceiverTrials
  /** Serves the buttons in messages. */
  readonly receiverButtons: ReceiverButtons
  metrics(): Promise<string>
  now(): number
  /** A UUIDv7. */
  newId(): string
  /** A secret of 32 random bytes, URL-safe. */
  newSecret(): string
}
