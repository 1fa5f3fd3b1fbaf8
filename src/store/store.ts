import type { Alert } from '../schema/alert.ts'
import type { Detection } from '../schema/detection.ts'
import type { Event } from '../schema/event.ts'
import type { Incident } from '../schema/incident.ts'
import type { Role } from '../schema/role.ts'
import type { RuleSetting } from '../schema/rule.ts'
import type { Suppression } from '../schema/suppression.ts'
import type { TriageResult } from '../schema/triage-result.ts'
import type { Transaction } from './database.ts'

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
}

export interface RowQuery<Item> extends TimeRange, PageRequest {
  readonly status?: readonly string[] | undefined
  readonly matches?: ((item: Item) => boolean) | undefined
  /** Lower-case pieces of text that every match contains in one of its values; what lacks one is skipped without being read. */
  readonly pieces?: readonly string[] | undefined
}

export interface DetectionStore {
  save(detections: readonly Detection[], tx: Transaction): Promise<void>
  get(id: string): Promise<Detection | undefined>
  load(ids: readonly string[], tx?: Transaction): Promise<readonly Detection[]>
  list(query: RowQuery<Detection>): Promise<Page<Detection>>
}

export interface AlertStore {
  /** The open or suppressed alerts with these keys, for folding detections into them. */
  findOpen(dedupKeys: readonly string[], tx: Transaction): Promise<readonly Alert[]>
  save(alerts: readonly Alert[], tx: Transaction): Promise<void>
  load(ids: readonly string[], tx?: Transaction): Promise<readonly Alert[]>
  get(id: string): Promise<Alert | undefined>
  list(query: RowQuery<Alert>): Promise<Page<Alert>>
  /** Alerts that no triage result covers yet, oldest first: rung again at start. */
  untriaged(limit: number): Promise<readonly string[]>
  counts(): Promise<{ readonly status: string; readonly severity: string; readonly count: number }[]>
}

export interface TriageResultStore {
  save(results: readonly { readonly alertId: string; readonly result: TriageResult }[], tx: Transaction): Promise<void>
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
}

export interface TokenStore {
  save(token: Token): Promise<void>
  findByHash(hash: string): Promise<Token | undefined>
  list(): Promise<readonly Token[]>
  used(id: string, at: number): Promise<void>
  /** Revokes at once; false when there is none. */
  revoke(id: string, at: number): Promise<boolean>
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
}

export interface AuditStore {
  append(entries: readonly AuditEntry[], tx: Transaction): Promise<void>
  list(query: PageRequest & { readonly target_id?: string | undefined }): Promise<Page<AuditEntry>>
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
  recall(key: string): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
  /** Forgets keys older than `before`. */
  forget(before: number): Promise<number>
  saveCursor(source: string, key: string, position: string, tx: Transaction): Promise<void>
  readCursor(source: string, key: string): Promise<string | undefined>
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
  readonly incidents: IncidentStore
  readonly suppressions: SuppressionStore
  readonly ruleSettings: RuleSettingStore
  readonly tokens: TokenStore
  readonly audit: AuditStore
  readonly notifications: NotificationStore
  readonly models: ModelStore
  readonly parseHealth: ParseHealthStore
  readonly intake: IntakeStore
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
