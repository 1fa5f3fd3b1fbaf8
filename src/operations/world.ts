import type { RuleLibrary } from '../pipeline/detect/rule-library.ts'
import type { Intake } from '../pipeline/ingest/intake.ts'
import type { Queue } from '../queue/queue.ts'
import type { Analysis } from '../schema/analysis.ts'
import type { Event } from '../schema/event.ts'
import type { RawRecord, RecordBatch } from '../schema/record.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { RuleReach } from './rule-reach.ts'

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
}

/** Everything that operations may use; each names the part it needs. */
export interface World {
  readonly store: Store
  readonly queue: Queue<Transaction>
  readonly intake: Intake
  /** The rules: which there are, which are in force. */
  readonly rules: RuleLibrary
  /** Which sources rules apply to, and what they found lately. */
  reach(): Promise<RuleReach>
  /** The folder that imported rules are kept in, a folder each. */
  readonly rulesFolder: string
  /** The road's first stages, storing and learning nothing: how lines are understood. */
  normalize(batch: RecordBatch): readonly Event[]
  /** The whole road in memory, on the caller's records, storing nothing. */
  analyze(records: AsyncIterable<readonly RawRecord[]>): Promise<Analysis>
  health(): Promise<Health>
  /** The metrics in Prometheus' text format. */
  metrics(): Promise<string>
  now(): number
  /** A UUIDv7. */
  newId(): string
  /** A secret of 32 random bytes, URL-safe. */
  newSecret(): string
}
