/** The shared memory of the threads that score together. */
export interface ScoreTask {
  /** The saved forest. */
  readonly state: Uint8Array
  readonly matrix: Float64Array
  readonly scores: Float64Array
  /** The number of the next chunk that nobody has taken. */
  readonly next: Int32Array
}

/** Rows that a thread takes at once. */
export const chunkRows = 16_384
