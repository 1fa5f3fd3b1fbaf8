import type { OpinionDraft } from '../schema/triage-result.ts'

/** Whoever asked and waits for the answer. */
export interface Watcher {
  /** Tells what has come of the answer so far; undefined where nobody listens before the end. */
  readonly tell?: ((draft: OpinionDraft) => void) | undefined
  /** Aborts when nobody waits any longer. */
  readonly signal: AbortSignal
}
