import type { RawRecord } from '../../schema/record/record.ts'

/** The position of a source, stored together with its records so that a restart resumes there. */
export interface Cursor {
  /** Identifies the input within the source: a file's device and inode, a table. */
  readonly key: string
  /** The position, as JSON that only the source interprets. */
  readonly position: string
  /** The source, for a position without records. */
  readonly source?: string
}

/**
 * Accepts a batch. Resolves when the records are durable. If it rejects, the source emits them again. With keys (one per record), records
 * with known keys are skipped.
 */
export type Emit = (records: readonly RawRecord[], cursor?: Cursor, keys?: readonly string[]) => Promise<void>

/** Receives or pulls records until the signal aborts. Awaits `emit` (back-pressure) and survives garbage. */
export interface Source {
  run(emit: Emit, signal: AbortSignal): Promise<void>
}

/** Stored positions. */
export interface Cursors {
  read(source: string, key: string): Promise<string | undefined>
  /** Returns all positions of a source. */
  list(source: string): Promise<readonly string[]>
}

/** Receives the beginning and end of outages of a source's input. */
export interface Outages {
  began(source: string, reason: string): void
  ended(source: string): void
}
