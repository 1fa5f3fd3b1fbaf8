import type { Route } from '../route.ts'

/** An older system whose contract is kept: its clients find everything where it was. */
export interface CompatSystem {
  /** What `compat.ports` calls it. */
  readonly name: string
  /** What `compat.ports` calls it together with others: the services of one system, each with a port. */
  readonly group?: string
  /** The ports that its clients know. */
  readonly ports: readonly number[]
  readonly routes: readonly Route[]
  /** What only its own port answers, or answers otherwise, because the main one has an answer of its own there. */
  readonly own?: readonly Route[]
  /** Whether its clients bring a token to its own port too. */
  readonly needsToken?: true
  /** What its log says when it takes up work, for those who wait for these words. */
  readonly says?: string
}
