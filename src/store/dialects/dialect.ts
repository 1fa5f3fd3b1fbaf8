import type { Kysely } from 'kysely'
import type { Log } from '../../component.ts'
import type { Abilities, Peers, Tables, Transaction } from '../database.ts'

/** Column types that differ between databases. */
export interface ColumnTypes {
  readonly blob: 'blob' | 'bytea'
  /** A whole number that is the key of its table. */
  readonly key: 'integer' | 'bigint'
}

/** The size of a database. */
export interface Space {
  readonly bytes: number
  /** The free space within it, for new rows. 0 if the database does not report it. */
  readonly free: number
  /** Whether free space returns to the disk. */
  readonly shrinks: boolean
}

/** A row of any table. */
export type DatabaseRow = Readonly<Record<string, unknown>>

/** Something that has a name of its own in a database. */
export interface Relation {
  readonly name: string
  readonly kind: 'table' | 'view' | 'index'
}

/** An open database of one kind. */
export interface OpenDatabase {
  readonly read: Kysely<Tables>
  readonly write: Kysely<Tables>
  readonly abilities: Abilities
  readonly types: ColumnTypes
  /** The SQL function for the position of a text in another. */
  readonly positionOf: 'instr' | 'strpos'
  /** Undefined if no other process may work on the database. */
  readonly peers?: Peers
  /** Rejects while the database cannot be written to. */
  verify(): Promise<void>
  space(): Promise<Space>
  /** Returns free space to the disk, in short steps; resolves with how many bytes that were. */
  reclaim(signal?: AbortSignal): Promise<number>
  /** Reads all rows of a table, some at a time. */
  rows(tx: Transaction, table: string): AsyncIterable<readonly DatabaseRow[]>
  /** Lists the relations of the database, without the tables of the migrator. */
  relations(db: Kysely<unknown>): Promise<readonly Relation[]>
  rename(db: Kysely<unknown>, relation: Relation, to: string): Promise<void>
  close(): Promise<void>
}

export interface OpenDatabaseOptions {
  readonly log: Log
  readonly mustExist?: boolean
}

/** A kind of database: only the differences between them. */
export interface Dialect {
  /** The URL scheme, without the colon. */
  readonly schemes: readonly string[]
  /** Opens a database; without `mustExist`, creates a missing file. */
  open(url: string, options: OpenDatabaseOptions): Promise<OpenDatabase>
  /** Writes a consistent copy to a file while others read and write; only a database that is a file can be copied so. */
  copy?(url: string, file: string): Promise<void>
}
