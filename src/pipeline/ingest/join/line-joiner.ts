import type { TextLine } from '../lines.ts'

/** Joins lines into records. A record has the number of its first line. */
export interface LineJoiner {
  push(lines: readonly TextLine[]): TextLine[]
  /** Returns everything that is held back, at the end of a text or after a long silence. More lines may follow. */
  flush(): TextLine[]
  /** Returns records that may continue, after a short silence, but not the beginning of a document. */
  settle(): TextLine[]
  /** The number of the first line of which something is held back; undefined if nothing is. */
  readonly heldFrom: number | undefined
  /** Whether a document is incomplete. Its writer may pause. */
  readonly within: boolean
  /** How many records of that document, which begins at `heldFrom`, were returned. */
  readonly given: number
}

/** A joiner that takes note of a few lines, and passes the others to the next one. */
export interface SpecialJoiner extends LineJoiner {
  /** Whether it would pass a line of which it takes no note. */
  readonly idle: boolean
}

/** Passes every line unchanged. */
export const asTheyAre: LineJoiner = {
  push: (lines) => [...lines],
  flush: () => [],
  settle: () => [],
  heldFrom: undefined,
  within: false,
  given: 0,
}
