/** Where a document stands. */
export interface DocumentPlace {
  readonly file: string
  /** The line of the file at which it starts, from 1. */
  readonly line: number
  readonly source: string
  readonly fallbackId: string
}
