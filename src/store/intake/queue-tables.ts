/** The embedded queue, and the state that processes on one database share. */
export interface QueueTables {
  jobs: JobRow
  leases: LeaseRow
  counters: CounterRow
}

/** A batch that waits in a topic. */
export interface JobRow {
  /** Order of publishing. The parts of a divided job have negative numbers, because they come before the other jobs of its partition. */
  seq: number
  topic: string
  /** `ready`, `waiting` (for its next attempt) or `dead`. */
  state: string
  partition: number
  /** The number of its records, detections or IDs. */
  count: number
  attempts: number
  /** See `suspects.ts`. */
  suspicion: number
  run_at: number
  created_at: number
  failed_at: number | null
  reason: string | null
  /** See `job-origin.ts`. */
  origin: string | null
  /** Size of the payload as stored, and before compression. */
  bytes: number
  size: number
  payload: Uint8Array
}

/** Leases of processes that share a database. */
export interface LeaseRow {
  name: string
  owner: string
  /** Grows with every change of owner: a commit with an older one is refused. */
  epoch: number
  until: number
}

export interface CounterRow {
  name: string
  value: number
}
