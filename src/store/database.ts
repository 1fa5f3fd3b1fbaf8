import type { Expression, Kysely, RawBuilder } from 'kysely'
import type { AlertTables } from './alerts/alert-tables.ts'
import type { DetectionTables } from './alerts/detection-tables.ts'
import type { EventTables } from './events/event-tables.ts'
import type { IncidentTables } from './incidents/incident-tables.ts'
import type { IntakeTables } from './intake/intake-tables.ts'
import type { QueueTables } from './intake/queue-tables.ts'
import type { IntelTables } from './intel/intel-tables.ts'
import type { AssetTables } from './inventory/asset-tables.ts'
import type { PeopleTables } from './inventory/people-tables.ts'
import type { LlmTables } from './language-models/llm-tables.ts'
import type { QueryTables } from './query-results/query-tables.ts'

/**
 * The tables. One file per noun contains the queries; nothing outside `store/` and `queue/` names a table. IDs are texts made by the
 * program, times whole ms since the epoch, booleans 0 or 1, documents JSON texts, because every database stores these alike.
 */
export interface Tables
  extends AlertTables,
    AssetTables,
    DetectionTables,
    EventTables,
    IncidentTables,
    IntakeTables,
    IntelTables,
    LlmTables,
    PeopleTables,
    QueryTables,
    QueueTables {}

/** A connection within a transaction. Opaque to everyone but the store. */
export type Transaction = Kysely<Tables>

export interface OpenTransaction {
  readonly tx: Transaction
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** The capabilities of a database; code checks these instead of its name. */
export interface Abilities {
  /** Whether rows can be locked for the rest of a transaction; otherwise, writing transactions run one after another. */
  readonly lockRows: boolean
  /** Whether other processes may work on the same database. */
  readonly shared: boolean
}

/** The knowledge of a database about the processes that share it. */
export interface Peers {
  /** The name of the sessions of this process, or of this thread. */
  readonly session: string
  /** The clock of the database server, in ms: processes may disagree about the time. */
  readonly moment: RawBuilder<number>
  /** When the earliest running transaction that has written began, of all processes that share the database, in ms; null without one. */
  readonly oldestWrite: RawBuilder<number | null>
  /** Whether no session of a name is open: its process has ended. */
  isGone(session: Expression<string>): RawBuilder<boolean>
  /** Names the transaction that runs it. */
  readonly transaction: RawBuilder<string>
  /** Whether a transaction has ended, by its name. */
  hasEnded(transaction: string): RawBuilder<boolean>
}

/** The open database, as the files of the store and the embedded queue use it. */
export interface Connections {
  /** For reading outside a transaction: sees committed data and does not wait. */
  readonly read: Kysely<Tables>
  /** For single writes outside a transaction. Waits for the transaction that runs: never use it within one. */
  readonly write: Kysely<Tables>
  readonly abilities: Abilities
  /** The processes that share the database; undefined if it belongs to this one. */
  readonly peers: Peers | undefined
  readonly now: () => number
  /** Runs `work` in one transaction. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  begin(): Promise<OpenTransaction>
  /** Rejects while the database cannot be written to. Waits for no transaction. */
  verify(): Promise<void>
  /** Calls `listener` after each commit, with the transaction that is now visible. */
  onCommit(listener: (tx: Transaction) => void): void
}
