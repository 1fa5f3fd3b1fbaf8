import type { OpinionDraft } from '../schema/triage/triage-result.ts'

/** A caller that waits for a language model's answer. */
export interface AnswerListener {
  /** Receives partial answers; undefined if the caller waits for the whole answer. */
  readonly onDraft?: ((draft: OpinionDraft) => void) | undefined
  /** Aborts when the caller stops waiting. */
  readonly signal: AbortSignal
}
