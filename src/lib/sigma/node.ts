import type { ValueTest } from './test.ts'

/** A condition as a tree. The leaves are tests of one field, or of the whole event. */
export type Node =
  | { readonly op: 'and' | 'or'; readonly of: readonly Node[]; readonly selection?: string }
  /** At least this many of them. */
  | { readonly op: 'some'; readonly count: number; readonly of: readonly Node[] }
  | { readonly op: 'not'; readonly of: Node }
  | TestNode

export interface TestNode {
  readonly op: 'test'
  /** Undefined: anywhere in the event. */
  readonly field: string | undefined
  readonly test: ValueTest
}
