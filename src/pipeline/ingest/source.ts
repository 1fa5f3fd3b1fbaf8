import type { RawRecord } from '../../schema/record.ts'

/** Where a source stands in what it reads, so that a restart goes on there: stored together with the records it covers. */
export interface Cursor {
  /** What is read, unique within the source: a file's device and inode, a table. */
  readonly key: string
  /** How far: JSON that only the source understands. */
  readonly position: string
}

/**
 * Takes a batch over; resolves when the records are safe (durable), rejects when they are not: then the source offers them again. With
 * keys, one a record, those whose key came before are left out.
 */
export type Emit = (records: readonly RawRecord[], cursor?: Cursor, keys?: readonly string[]) => Promise<void>

/** Receives or pulls raw records until the signal aborts. Awaits `emit` (that is the back-pressure) and survives garbage bytes. */
export interface Source {
  run(emit: Emit, signal: AbortSignal): Promise<void>
}

/** What a source remembers across restarts. */
export interface Cursors {
  read(source: string, key: string): Promise<string | undefined>
}

/** Hears when what a source reads from cannot be reached, and when it can again. */
export interface Outages {
  began(source: string, reason: string): void
  ended(source: string): void
}
