/** A way of printing a record as several lines, the first of which is unlike the others. */
export interface BlockShape {
  /** Recognizes the first line by the one after it, and inside a block by the first line of that. */
  begins(line: string, next: string, first: string | undefined): boolean
  /** Recognizes the last line. Without it, a block ends where the next one begins. */
  ends?(line: string): boolean
  /** Reads the lines of a record; undefined if they are none. */
  read(lines: readonly string[]): Readonly<Record<string, unknown>> | undefined
}
