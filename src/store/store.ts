import type { AccountRole } from '../schema/account.ts'
import type { Alert } from '../schema/alert.ts'
import type { AlertHead } from '../schema/alert-head.ts'
import type { Anomaly } from '../schema/anomaly.ts'
import type { Asset } from '../schema/asset.ts'
import type { AlertContext } from '../schema/context.ts'
import type { Decision } from '../schema/decision.ts'
import type { Detection } from '../schema/detection.ts'
import type { Event } from '../schema/event.ts'
import type { EventVolume } from '../schema/event-volume.ts'
import type { Incident } from '../schema/incident.ts'
import type { KnownIndicator, ObservableType } from '../schema/indicator.ts'
import type { FeedState } from '../schema/intel-feed.ts'
import type { Person } from '../schema/person.ts'
import type { RemediationAction } from '../schema/remediation-action.ts'
import type { Role } from '../schema/role.ts'
import type { RuleSetting } from '../schema/rule.ts'
import type { Severity } from '../schema/severity.ts'
import type { Suppression } from '../schema/suppression.ts'
import type { TriageResult, TriageReview } from '../schema/triage-result.ts'
import type { View } from '../schema/view.ts'
import type { AlertResultStore } from './alert-results.ts'
import type { AuditHead, AuditReport } from './audit-chain.ts'
import type { Transaction } from './database.ts'
import type { QueryResultStore } from './query-results.ts'
import type { SourceDataStore } from './source-data.ts'

/** A slice of a list, newest first unless said otherwise. `after` is the opaque cursor of the last item of the page before. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | undefined
}

export interface PageRequest {
  readonly limit: number
  readonly after?: string | undefined
}

/** A span of event time, in ms; both ends are part of it. */
export interface TimeRange {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export interface EventQuery extends TimeRange, PageRequest {
  /** `newest` first unless said otherwise; a cursor belongs to the order that it was given out for. */
  readonly order?: 'newest' | 'oldest'
  readonly matches: (event: Event) => boolean
  /** Lower-case words that every match contains somewhere; blocks whose token filter lacks one are skipped. */
  readonly tokens?: readonly string[]
  /** The same of field values: pieces that every match has in one of its fields. */
  readonly values?: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** Compressed blocks of events (architecture, decision 9). */
export interface EventStore {
  save(events: readonly Event[], tx: Transaction): Promise<void>
  get(id: string): Promise<Event | undefined>
  /** The events around one, of the same stream, in order of time. */
  around(id: string, before: number, after: number): Promise<readonly Event[]>
  search(query: EventQuery): Promise<Page<Event>>
  /** Everything of a partition after a number, in order of acceptance: what training and recovery replay. */
  replay(partition: number, afterNumber: number): AsyncIterable<readonly Event[]>
  /** Joins small neighbouring blocks; returns how many were joined. */
  compact(): Promise<number>
  /** Drops blocks that ended before `time`, then the oldest until `maxBytes` is kept; returns how many events went. */
  retain(limits: { readonly before?: number; readonly maxBytes?: number }): Promise<number>
  count(): Promise<{ readonly events: number; readonly blocks: number; readonly bytes: number }>
  /**
   * How many events there were in each bucket from `from` up to, not including, `to`; oldest first, buckets without events left out.
   * All three are multiples of `volumeSlot`.
   */
  volume(span: { readonly from: number; readonly to: number; readonly bucket: number }): Promise<readonly VolumeRow[]>
  /** Since when events are counted: the start of the slot of the earliest; undefined without one. */
  countedSince(): Promise<number | undefined>
}

export interface VolumeRow extends EventVolume {
  /** When the bucket begins. */
  readonly time: number
}

export interface RowQuery<Item> extends TimeRange, PageRequest {
  readonly status?: readonly string[] | undefined
  readonly matches?: ((item: Item) => boolean) | undefined
  /** Lower-case pieces of text that every match contains in one of its values; what lacks one is skipped without being read. */
  readonly pieces?: readonly string[] | undefined
}

/** As much of a detection as a picture of many needs. */
export interface DetectionSpan {
  readonly id: string
  readonly stream: string
  readonly severity: string
  /** 0–100. */
  readonly score: number
  /** Whether it says that less came than usual, or nothing. */
  readonly fewer: boolean
  readonly firstSeen: number
  readonly lastSeen: number
}

export interface DetectionStore {
  save(detections: readonly Detection[], tx: Transaction): Promise<void>
  get(id: string): Promise<Detection | undefined>
  load(ids: readonly string[], tx?: Transaction): Promise<readonly Detection[]>
  list(query: RowQuery<Detection>): Promise<Page<Detection>>
  /** Those that reach into a span, the oddest first. */
  oddest(query: {
    readonly from: number
    readonly to: number
    readonly limit: number
  }): Promise<readonly DetectionSpan[]>
  count(span: { readonly from: number; readonly to: number }): Promise<number>
}

export interface AlertStore {
  /** The open or suppressed alerts with these keys, for folding detections into them. */
  findOpen(dedupKeys: readonly string[], tx: Transaction): Promise<readonly Alert[]>
  save(alerts: readonly Alert[], tx: Transaction): Promise<void>
  load(ids: readonly string[], tx?: Transaction): Promise<readonly Alert[]>
  /** By id, else by what its sender calls it: then the newest. */
  get(id: string): Promise<Alert | undefined>
  /** `loose`: only those that are in no incident. */
  list(query: RowQuery<Alert> & { readonly loose?: boolean | undefined }): Promise<Page<Alert>>
  /**
   * The heads of all alerts as they are now, for counting and choosing, or of the 250,000 that changed last. The list is never changed
   * afterwards.
   */
  heads(): Promise<readonly AlertHead[]>
  /** The ids of the alerts whose texts contain all words of these lower-case pieces of text, in whatever order. */
  containing(pieces: readonly string[]): Promise<ReadonlySet<string>>
  /** Alerts that no triage result covers yet, oldest first: rung again at start. */
  untriaged(limit: number): Promise<readonly string[]>
  counts(): Promise<{ readonly status: string; readonly severity: string; readonly count: number }[]>
  /** When the alert that has been open for longest was made; undefined without one. */
  oldestOpen(): Promise<number | undefined>
}

export interface TriageResultStore {
  save(results: readonly { readonly alertId: string; readonly result: TriageResult }[], tx: Transaction): Promise<void>
  /** Puts a person's word beside what triage says of an alert. */
  review(alertId: string, review: TriageReview, tx: Transaction): Promise<void>
}

/** What was known around an alert when it was judged. */
export interface AlertContextStore {
  save(
    gathered: readonly { readonly alertId: string; readonly contexts: readonly AlertContext[] }[],
    tx: Transaction,
  ): Promise<void>
  of(alertId: string): Promise<readonly AlertContext[]>
}

/** Things that people told us of, by their ids. */
interface ToldStore<Item> {
  save(items: readonly Item[], tx: Transaction): Promise<void>
  get(id: string): Promise<Item | undefined>
  list(query: PageRequest & { readonly matches?: ((item: Item) => boolean) | undefined }): Promise<Page<Item>>
  /** All of them: what the tables in memory are made of. */
  all(): Promise<readonly Item[]>
  /** Something that is another text once anything of them changed. */
  state(): Promise<string>
}

export interface AssetStore extends ToldStore<Asset> {
  remove(id: string, tx?: Transaction): Promise<boolean>
}

export interface PersonStore extends ToldStore<Person> {
  /** Everybody's name, of those as well who only sign in. */
  names(): Promise<readonly { readonly id: string; readonly username: string }[]>
  /** Forgets what was told of somebody; whoever may sign in still may. */
  remove(id: string, tx: Transaction): Promise<boolean>
}

/** As much of an indicator as matching needs. */
export interface IndicatorHead
  extends Pick<
    KnownIndicator,
    'ioc' | 'ioc_type' | 'threat_level' | 'confidence' | 'sources' | 'description' | 'positives'
  > {
  readonly validUntil: number | undefined
  readonly updatedAt: number
}

export interface IndicatorQuery extends PageRequest {
  /** A piece of the value. */
  readonly text?: string | undefined
  readonly type?: ObservableType | undefined
  readonly level?: Severity | undefined
  readonly source?: string | undefined
  /** Only what somebody reports. */
  readonly known?: boolean | undefined
  /** Only what somebody vouches for at a moment. */
  readonly validAt?: number | undefined
}

/** What is known of values (the table `threat_intel`). */
export interface ThreatIntelStore {
  get(id: string): Promise<KnownIndicator | undefined>
  load(ids: readonly string[]): Promise<readonly KnownIndicator[]>
  /** Lets `work` say what becomes of what is known under some ids; reads and writes in one transaction. */
  change(
    ids: readonly string[],
    work: (known: ReadonlyMap<string, KnownIndicator>) => readonly KnownIndicator[],
  ): Promise<void>
  /** Those that changed last first. */
  list(query: IndicatorQuery): Promise<Page<KnownIndicator>>
  /** Everything that changed after a moment, oldest change first, also what is no longer reported. */
  changedSince(since: number): AsyncIterable<readonly IndicatorHead[]>
  /** The ids of all that a source reports. */
  naming(source: string): AsyncIterable<readonly string[]>
  /** The ids there are within spans of ids, both ends included. */
  withIdsFrom(spans: readonly (readonly [from: string, to: string])[]): Promise<readonly string[]>
  /** Deletes what nobody reports and nobody has asked for since. */
  forget(before: number): Promise<number>
}

/** What is known of a feed. */
export interface FeedRecord {
  readonly state: FeedState
  /** When it is pulled next. */
  readonly dueAt: number
  readonly hits: number
  readonly lastHitAt: number | undefined
  readonly updatedAt: number
}

export interface IntelFeedStore {
  list(): Promise<readonly FeedRecord[]>
  /** Takes a feed that is due, so that nobody else pulls it until `dueAt`; false when it is not due. What is new is due at once. */
  claim(state: FeedState, dueAt: number, at: number): Promise<boolean>
  /** Replaces the state and, where they are given, the lists. */
  save(
    state: FeedState,
    dueAt: number,
    lists?: { readonly members?: Uint8Array; readonly content?: Uint8Array },
  ): Promise<void>
  lists(name: string): Promise<{ readonly members: Uint8Array; readonly content: Uint8Array }>
  hit(name: string, count: number, at: number): Promise<void>
  remove(name: string): Promise<boolean>
}

/** What others answered when they were asked for a value, and how often they may still be asked. */
export interface IntelAnswerStore {
  get(source: string, id: string, at: number): Promise<{ readonly answer: unknown } | undefined>
  save(source: string, id: string, answer: unknown, expiresAt: number): Promise<void>
  /** Forgets what has expired; returns how many answers. */
  forget(at: number): Promise<number>
  /** Counts a question against the day's quota; false when there is none left. */
  take(source: string, at: number, limit: number): Promise<boolean>
  /** How many questions were asked on a day, by source. */
  used(at: number): Promise<ReadonlyMap<string, number>>
}

/** What a language model costs: millionths of a dollar, tokens, calls. */
export interface Spending {
  readonly cost: number
  readonly tokens: number
  readonly calls: number
}

/** Which alerts wait for a language model, what it answered, and what was spent on it. */
export interface LlmStore {
  request(alertIds: readonly string[], dueAt: number, tx: Transaction): Promise<void>
  /** Takes alerts that are due, until a time at which they are due again. */
  claim(at: number, until: number, limit: number): Promise<readonly string[]>
  /** Gives back one that was taken, unless it was asked for again meanwhile. */
  postpone(alertId: string, from: number, to: number): Promise<void>
  done(alertId: string, until: number, tx?: Transaction): Promise<void>
  recall(id: string, at: number): Promise<{ readonly answer: unknown } | undefined>
  keep(id: string, answer: unknown, expiresAt: number): Promise<void>
  /** Sets something aside in all periods or in none; returns the period in which too little is left. */
  reserve(
    limits: readonly (Spending & { readonly period: string })[],
    amount: Omit<Spending, 'calls'>,
    at: number,
  ): Promise<string | undefined>
  /** Adds what a call cost more, or less, than was set aside. */
  settle(periods: readonly string[], difference: Omit<Spending, 'calls'>): Promise<void>
  spent(period: string): Promise<Spending>
  record(call: LlmCall): Promise<void>
  /** What calls since a time came to, by provider, model and outcome. */
  metered(from: number): Promise<readonly MeteredCalls[]>
  forget(at: number): Promise<void>
}

/** One call of a language model. */
export interface LlmCall {
  readonly id: string
  readonly time: number
  readonly alertId: string
  readonly provider: string
  readonly model: string
  readonly prompt: string
  readonly outcome: string
  readonly inputTokens: number
  readonly outputTokens: number
  /** In millionths of a dollar. */
  readonly cost: number
  readonly durationMs: number
}

interface MeteredCalls {
  readonly provider: string
  readonly model: string
  readonly outcome: string
  readonly calls: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cost: number
  readonly duration_ms: number
}

export interface IncidentStore {
  /** Open incidents last seen at or after a time: what a new alert may join. */
  findOpen(lastSeenAfter: number, tx: Transaction): Promise<readonly Incident[]>
  save(incidents: readonly Incident[], tx: Transaction): Promise<void>
  load(ids: readonly string[], tx?: Transaction): Promise<readonly Incident[]>
  /** By id or by display id (`INC-3`). */
  get(id: string, tx?: Transaction): Promise<Incident | undefined>
  list(query: RowQuery<Incident>): Promise<Page<Incident>>
  /** The number of the next display id. */
  nextNumber(tx: Transaction): Promise<number>
  counts(): Promise<readonly { readonly status: string; readonly severity: string; readonly count: number }[]>
  /** The open ones that matter most: by risk, then by time. */
  worstOpen(limit: number): Promise<readonly Incident[]>
}

export interface RemediationActionStore {
  /** Adds what is not there yet; what is stays as it is. */
  add(actions: readonly RemediationAction[], tx: Transaction): Promise<void>
  save(action: RemediationAction, tx: Transaction): Promise<void>
  get(id: string, tx?: Transaction): Promise<RemediationAction | undefined>
  list(
    query: RowQuery<RemediationAction> & { readonly incident_id?: string | undefined },
  ): Promise<Page<RemediationAction>>
}

export interface SuppressionStore {
  save(suppression: Suppression, tx?: Transaction): Promise<void>
  get(id: string): Promise<Suppression | undefined>
  list(): Promise<readonly Suppression[]>
  remove(id: string): Promise<boolean>
  hit(id: string, count: number, at: number, tx: Transaction): Promise<void>
}

/** What people said about rules; of most rules, nothing. */
export interface RuleSettingStore {
  save(setting: RuleSetting, tx?: Transaction): Promise<void>
  list(): Promise<readonly RuleSetting[]>
}

export interface Token {
  readonly id: string
  readonly name: string
  readonly role: Role
  /** SHA-256 of the secret, hex. The secret itself is never stored. */
  readonly hash: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
  readonly revoked_at: number | null
  /** The account whose it is; null for a token of a program. */
  readonly user_id: string | null
}

export interface TokenStore {
  save(token: Token): Promise<void>
  findByHash(hash: string): Promise<Token | undefined>
  list(): Promise<readonly Token[]>
  used(id: string, at: number): Promise<void>
  /** Revokes at once; false when there is none. */
  revoke(id: string, at: number): Promise<boolean>
  /** Those of an account that are not revoked, newest first. */
  of(accountId: string): Promise<readonly Token[]>
  /** Revokes all that an account has but one. */
  revokeOf(accountId: string, at: number, tx: Transaction, exceptId?: string): Promise<void>
  /** Forgets sessions and links that ended before a moment. */
  forget(before: number): Promise<void>
}

/** Somebody who may sign in. */
export interface Account {
  readonly id: string
  /** Lower case. */
  readonly username: string
  readonly email: string | null
  readonly full_name: string | null
  readonly role: AccountRole
  readonly is_active: boolean
  /** Argon2id, in the PHC string format; null when they have no password. */
  readonly password_hash: string | null
  /** Who they are to the provider that signs them in; null when none does. */
  readonly subject: string | null
  readonly created_at: number
  readonly updated_at: number
  readonly last_login_at: number | null
}

export interface AccountStore {
  get(id: string): Promise<Account | undefined>
  /** By the name they sign in with, in lower case. */
  named(username: string): Promise<Account | undefined>
  ofSubject(subject: string): Promise<Account | undefined>
  /** By name. */
  list(): Promise<readonly Account[]>
  havePasswords(): Promise<boolean>
  /** Makes an account, of the person of that name where a directory told us of one; undefined when that name has an account. */
  create(account: Omit<Account, 'id' | 'last_login_at'>, tx: Transaction): Promise<Account | undefined>
  change(id: string, changes: Partial<Omit<Account, 'id' | 'username' | 'created_at'>>, tx: Transaction): Promise<void>
}

/** Who did what, with before and after. Appended in the transaction of the change it tells of. */
export interface AuditEntry {
  readonly time: number
  readonly actor: string
  readonly action: string
  readonly target_type: string
  readonly target_id: string
  readonly old_values: unknown
  readonly new_values: unknown
  /** What was done together with others, in one request. */
  readonly decision_id?: string | undefined
  /** Where it came from, as far as the door knows. */
  readonly ip_address?: string
  readonly user_agent?: string
  /** Why it was refused; absent when it was done. */
  readonly error?: string
}

export interface AuditStore {
  append(entries: readonly AuditEntry[], tx: Transaction): Promise<void>
  list(
    query: PageRequest & { readonly target_id?: string | undefined; readonly decision_id?: string | undefined },
  ): Promise<Page<AuditEntry>>
  /** The last row and its hash; undefined when nothing was written yet. */
  head(): Promise<AuditHead | undefined>
  hash(id: number): Promise<string | undefined>
  /** Looks for rows that were changed, taken away or added, given heads that are known from elsewhere. */
  verify(knownHeads: readonly AuditHead[]): Promise<AuditReport>
}

export interface DecisionStore {
  save(decision: Decision, tx: Transaction): Promise<void>
  get(id: string): Promise<Decision | undefined>
  /** Those of one person, newest first. */
  list(query: PageRequest & { readonly actor: string }): Promise<Page<Decision>>
}

export interface ViewStore {
  save(view: View): Promise<void>
  get(id: string): Promise<View | undefined>
  list(): Promise<readonly View[]>
  remove(id: string): Promise<boolean>
}

/** One delivery of one incident to one sink, remembered so that nobody is told twice. */
export interface NotificationRow {
  /** Incident, sink and reason: what makes a delivery the same delivery. */
  readonly id: string
  readonly incident_id: string
  readonly sink: string
  readonly reason: string
  readonly severity: string
  readonly status: 'pending' | 'sent' | 'failed' | 'dead'
  readonly attempts: number
  readonly next_attempt_at: number | null
  readonly last_error: string | null
  readonly created_at: number
  readonly sent_at: number | null
}

export interface NotificationStore {
  /** Adds what is not there yet; what is stays as it is. */
  plan(rows: readonly NotificationRow[], tx: Transaction): Promise<void>
  due(now: number, limit: number): Promise<readonly NotificationRow[]>
  update(row: NotificationRow): Promise<void>
  forIncident(incidentId: string, tx?: Transaction): Promise<readonly NotificationRow[]>
  list(query: PageRequest & { readonly status?: string | undefined }): Promise<Page<NotificationRow>>
}

/** The saved state of a detector or of the template miner. */
export interface ModelRow {
  readonly name: string
  readonly partition: number
  /** The number of the newest event it has learnt. */
  readonly position: number
  readonly saved_at: number
  readonly state: Uint8Array
}

export interface ModelStore {
  save(rows: readonly ModelRow[], tx?: Transaction): Promise<void>
  load(name: string, partition: number): Promise<ModelRow | undefined>
  list(): Promise<readonly Omit<ModelRow, 'state'>[]>
}

/** How well a source's records are understood. */
export interface ParseHealthRow {
  readonly source: string
  /** `syslog/rfc3164`, or the reason and shape of what was not understood. */
  readonly format: string
  readonly parsed: boolean
  readonly count: number
  /** One record of this shape, cut at 300 characters. */
  readonly sample: string
  readonly last_seen_at: number
}

export interface ParseHealthStore {
  add(rows: readonly ParseHealthRow[], tx: Transaction): Promise<void>
  list(): Promise<readonly ParseHealthRow[]>
}

/** The door where records come in: numbers, idempotency keys and source positions. */
export interface IntakeStore {
  /** Reserves `count` numbers of a partition; returns the first. */
  reserve(partition: number, count: number, tx: Transaction): Promise<number>
  /** Remembers a key; returns what was remembered before under the same key, if anything. */
  remember(
    key: string,
    bodyHash: string,
    answer: string,
    at: number,
    tx: Transaction,
  ): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
  /** Remembers keys; returns those that were not known before. */
  rememberEach(keys: readonly string[], at: number, tx: Transaction): Promise<ReadonlySet<string>>
  recall(key: string): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
  /** Forgets keys older than `before`. */
  forget(before: number): Promise<number>
  saveCursor(source: string, key: string, position: string, tx: Transaction): Promise<void>
  readCursor(source: string, key: string): Promise<string | undefined>
}

/** A batch of logs that scored above the threshold, as the clients of the log analyser list them. */
export interface ScoredBatch {
  readonly id: number
  readonly detected_at: number
  /** The one service its logs are from; null when they are from several. */
  readonly service: string | null
  readonly severity: number
  readonly summary: string
  readonly features: unknown
}

export interface ScoredBatchStore {
  /** Keeps one and returns its number. */
  add(batch: Omit<ScoredBatch, 'id'>, tx: Transaction): Promise<number>
  /** The newest first. */
  list(limit: number): Promise<readonly ScoredBatch[]>
}

/** What agents found, as clients of network agents list it. */
export interface AnomalyStore {
  /** Keeps those detections that are an agent's; what is told again takes the place of what it said before. */
  save(detections: readonly Detection[], tx: Transaction): Promise<void>
  /** The newest first. */
  list(query: {
    readonly limit: number
    readonly offset: number
    readonly agentName?: string | undefined
  }): Promise<readonly Anomaly[]>
  /** What changed after a moment, in the order in which it changed; `after` is the id that was last read of that moment. */
  changed(query: {
    readonly since: number
    readonly after: number
    readonly limit: number
  }): Promise<readonly { readonly anomaly: Anomaly; readonly changedAt: number }[]>
  count(): Promise<number>
  /** Takes over what another program found before; in an empty store it keeps its ids. */
  adopt(anomalies: readonly Anomaly[], tx: Transaction): Promise<void>
  /** Forgets what was last seen before a moment; returns how much it was. */
  forget(before: number, tx: Transaction): Promise<number>
}

/** What changed since a moment, for live updates; works across processes because it only reads. */
export interface Change {
  readonly kind: 'alert' | 'incident'
  readonly id: string
  readonly version: number
  readonly updated_at: number
}

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
  changes(afterUpdatedAt: number, limit: number): Promise<readonly Change[]>
  /** Runs `work` in one transaction: all of it becomes visible at once, or none when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Opens a transaction that ends with `commit` or `rollback`. */
  begin(): Promise<{ readonly tx: Transaction; commit(): Promise<void>; rollback(): Promise<void> }>
  /** Writes a consistent copy to a file while the server runs. */
  backup(path: string): Promise<void>
  /** Cheap proof that the database answers and can be written to. */
  ping(): Promise<void>
  close(): Promise<void>
}
