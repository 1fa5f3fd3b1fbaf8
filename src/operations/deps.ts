import type { ContextTables } from '../context/tables.ts'
import type { Intel } from '../intel/intel.ts'
import type { LogModel } from '../lib/log-events/log-events.ts'
import type { Progress } from '../pipeline/detect/detector.ts'
import type { RuleLibrary } from '../pipeline/detect/sigma/rule-library.ts'
import type { Intake } from '../pipeline/ingest/intake.ts'
import type { AlertHistory } from '../pipeline/triage/history.ts'
import type { Case } from '../pipeline/triage/llm/case.ts'
import type { PreviewedCall } from '../pipeline/triage/llm/preview-call.ts'
import type { RiskOptions } from '../pipeline/triage/risk.ts'
import type { Queue } from '../queue/queue.ts'
import type { Agent } from '../schema/agent.ts'
import type { Alert } from '../schema/alert.ts'
import type { Conversation, ModelReply } from '../schema/conversation.ts'
import type { Event } from '../schema/event.ts'
import type { Playbook } from '../schema/playbook.ts'
import type { RecordBatch } from '../schema/record.ts'
import type { ToldFacts } from '../schema/told-enrichment.ts'
import type { ModelOpinion, TriageResult } from '../schema/triage-result.ts'
import type { AuditHead } from '../store/audit/audit-chain.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Entry } from './accounts/entry.ts'
import type { Offload } from './offload.ts'
import type { QueryGuard } from './query-results/query-guard.ts'
import type { RuleReach } from './rules/rule-reach.ts'
import type { Samples } from './samples/samples.ts'
import type { Watcher } from './watcher.ts'

/** The state of one stage of the road, since the start. */
export interface StageHealth {
  readonly name: string
  readonly received: number
  readonly emitted: number
  readonly failed: number
  /** Time spent in it, in seconds. */
  readonly seconds: number
  readonly lastError?: string
}

export interface Health {
  readonly ready: boolean
  /** Why not, in words for an operator. */
  readonly problems: readonly string[]
  readonly stages: readonly StageHealth[]
  readonly queues: readonly { topic: string; ready: number; running: number; dead: number; oldest_age_ms: number }[]
  /** Whether the message broker can be read from and written to; undefined where none is used for that. */
  readonly broker?: { readonly consumer: boolean | undefined; readonly publisher: boolean | undefined }
}

/** The model that judges log events. */
export interface LogModels {
  current(): { readonly model: LogModel; readonly folder: string; readonly loadedAt: number } | undefined
  /** Loads the model of a folder, the configured one unless named. Throws NOT_FOUND, FORBIDDEN or INVALID_REQUEST. */
  load(folder?: string): Promise<{ readonly folder: string; readonly loadedAt: number }>
}

/** The language models that the configuration names. */
export interface LanguageModels {
  /** In the order in which they are asked; `shadow` ones change nothing by what they say. */
  readonly configured: readonly {
    readonly name: string
    readonly model: string
    readonly shadow: boolean
    /** In dollars for a million tokens. */
    readonly price: { readonly input: number; readonly output: number }
  }[]
  readonly prompt: { readonly name: string; readonly hash: string }
  /** Dollars, and calls and tokens an hour. */
  readonly budget: {
    readonly month: number
    readonly incident: number
    readonly hour_calls: number
    readonly hour_tokens: number
  }
  /** The names under which spending is kept at this moment. */
  periods(): { readonly month: string; readonly hour: string }
  resting(): ReadonlyMap<string, number>
  /** Asks with a prompt, the one in force unless given; throws CONFIG_INVALID when it cannot be used. Keeps no opinion. */
  withPrompt(prompt: string | undefined): {
    readonly prompt: string
    opinion(alert: Alert, card: TriageResult, signal: AbortSignal): Promise<ModelOpinion>
  }
  /** Asks about an alert anew and puts what is said on its card. Whoever asks meanwhile shares the answer. */
  ask(alert: Alert, card: TriageResult, watcher: Watcher): Promise<ModelOpinion>
  /** Passes a conversation on, to the model of that name alone where one is named. `failed` says why none answered. */
  chat(
    asked: Conversation,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<ModelReply | { readonly failed: string }>
  /** What asking about an alert would send; `call` is undefined when there is no such model. Sends nothing. */
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

/** Asks a webhook to carry out an action, or to rehearse it; throws CONFLICT when there is no such webhook. */
export type CarryOut = (order: {
  readonly webhook: string
  /** The same however often one order is given: it is carried out once. */
  readonly idempotencyKey: string
  readonly message: object
}) => Promise<{ readonly ok: boolean; readonly answer: string }>

/** Everything that operations may use; each names the part it needs. */
export interface Deps {
  readonly store: Store
  readonly queue: Queue<Transaction>
  readonly intake: Intake
  readonly samples: Samples
  /** The suppressions in force, in memory; `refresh` reads them anew. */
  readonly suppressions: { refresh(): Promise<void> }
  /** The rules: which there are, which are in force. */
  readonly rules: RuleLibrary
  /** What is known of networks, assets and people, in memory; `refresh` reads what was told since. */
  readonly context: { readonly tables: ContextTables; refresh(): Promise<void> }
  /** Which sources rules apply to, and what they found lately. */
  reach(): Promise<RuleReach>
  /** The folder that imported rules are kept in, a folder each. */
  readonly rulesFolder: string
  /** Threat intelligence: who tells it, and what is known. */
  readonly intel: Intel
  /** Language models that may add to what triage says. */
  readonly languageModels: LanguageModels
  /** The road's first stages, storing and learning nothing: how lines are understood. */
  normalize(batch: RecordBatch): readonly Event[]
  /** Every network agent that there is, in force or not. */
  readonly agents: readonly Agent[]
  /** Those that run. */
  readonly agentsInForce: readonly Agent[]
  /** What to do about kinds of incidents. */
  readonly playbooks: readonly Playbook[]
  /** Asks a webhook to carry out an action. */
  readonly carryOut: CarryOut
  /** Triages one alert outside the pipeline and stores nothing. The facts of its sender replace those known here. */
  triageAlert(alert: Alert, facts: ToldFacts): Promise<TriageResult>
  /** The alerts that there were, by what they have in common. */
  readonly history: Pick<AlertHistory, 'find'>
  /** The risk formula that is in force. */
  readonly risk: RiskOptions
  /** Runs an operation in a worker thread. */
  readonly offload: Offload
  /** How people get in. */
  readonly entry: Entry
  readonly logModels: LogModels
  /** Judges results of queries. */
  readonly queryGuard: QueryGuard
  /** The head of the audit's chain as it was last written down outside of the database. */
  auditHead(): Promise<(AuditHead & { readonly start?: AuditHead | undefined }) | undefined>
  health(): Promise<Health>
  /** How far each detector is with learning what is usual. */
  learning(): readonly { readonly detector: string; readonly progress: readonly Progress[] }[]
  /** The names of those who are told of incidents. */
  readonly receivers: readonly string[]
  /** The metrics in Prometheus' text format. */
  metrics(): Promise<string>
  now(): number
  /** A UUIDv7. */
  newId(): string
  /** A secret of 32 random bytes, URL-safe. */
  newSecret(): string
}
