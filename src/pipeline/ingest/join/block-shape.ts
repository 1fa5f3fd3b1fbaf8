/** A way of printing a record as several lines, the first of which is unlike the others. */
export interface BlockShape {
  /** Recognizes the first line by the one after it, and inside a block by the first line of that. */
  begins(line: string, next: string, first: string | undefined): boolean
  /** Recognizes the last line of a block with this first one. Without it, a block ends where the next one begins. */
  ends?(line: string, first: string): boolean
  /** Whether a line begins a part of the block that is left out, or continues it: `isIn`. */
  leavesOut?(line: string, first: string, isIn: boolean): boolean
  /** Reads the lines of a record; undefined if they are none. */
  read(lines: readonly string[]): Readonly<Record<string, unknown>> | undefined
}
