import type { Manner } from './test.ts'

/** A text that is looked for in lower case, and how it is to stand in a value. */
export interface Wanted {
  readonly manner: Manner
  readonly text: string
}

export interface Literal<Payload> extends Wanted {
  readonly payload: Payload
}
