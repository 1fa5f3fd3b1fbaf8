import type { Manner } from '../test.ts'

/** A text to search for in lower case, and where in a value it must be. */
export interface Wanted {
  readonly manner: Manner
  readonly text: string
}

export interface Literal<Payload> extends Wanted {
  readonly payload: Payload
}
