import type { Detection } from '../../schema/detection.ts'
import type { Event } from '../../schema/event.ts'

/**
 * Sees the odd in events. `detect` judges a batch and changes nothing that it has learnt (windows that it must remember to
 * judge are not learning); `learn` is called afterwards with the same batch. An empty batch is a tick of the clock
 * (`runtime.now()`): silences and windows that ended are found then.
 *
 * Whole streams arrive in order of acceptance, times nearly in order. Memory is bounded whatever arrives.
 */
export interface Detector {
  readonly name: string
  /** Whether it also judges events that are alerts of other systems. What looks for the unusual leaves them alone. */
  readonly judgesAlerts?: boolean
  /** Whether everything that it finds counts, however much it is: nothing is summed up. */
  readonly keepsAll?: boolean
  detect(events: readonly Event[]): Detection[]
  learn?(events: readonly Event[]): void
  /** The same as `detect` and then `learn`, at less cost: nothing has to be kept that would take back what judging changed. */
  detectAndLearn?(events: readonly Event[]): Detection[]
  /** State with a versioned header. */
  save?(): Uint8Array
  /** Throws STATE_VERSION, with a hint, on a state that it cannot read. */
  restore?(state: Uint8Array): void
  /** How far it is with what it has to know before its findings may be grave. */
  progress?(): readonly Progress[]
}

/** What has been learnt of one thing: `sshd`, 120 of 300 `lines`. */
export interface Progress {
  readonly of: string
  readonly seen: number
  readonly needed: number
  /** What is counted, in the plural. */
  readonly unit: string
}
