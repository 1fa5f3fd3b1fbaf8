import type { Manner } from './test.ts'

export interface Literal<Payload> {
  readonly manner: Manner
  readonly text: string
  readonly payload: Payload
}
