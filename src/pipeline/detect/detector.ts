import type { Detection } from '../../schema/detection/detection.ts'
import type { Event } from '../../schema/event/event.ts'
import type { Fact } from '../../schema/event/fact.ts'

/**
 * Finds anomalies, rule matches or indicators in events. A detector that learns scores each event against the events before it, then
 * learns from it: an event never trains the model that scores it. An empty batch is a tick of the clock (`runtime.now()`), which ends
 * silences and windows.
 *
 * Each stream arrives whole, in order of acceptance, with event times nearly in order. Memory is bounded whatever arrives.
 */
export interface Detector {
  readonly name: string
  /** Whether the detector also receives events that are alerts of other systems. Anomaly detectors do not. */
  readonly includesAlerts?: boolean
  /** Whether to report every detection, without a limit per delivery. */
  readonly unlimited?: boolean
  detect(events: readonly Event[]): Detection[]
  /** Takes the facts of the events of the last `detect`: those that a detector over all partitions has to see. */
  takeFacts?(): readonly Fact[]
  /** Returns the state with a versioned header. */
  save?(): Uint8Array
  /** Throws STATE_VERSION, with a hint, on a state that it cannot read. */
  restore?(state: Uint8Array): void
  /** Reports how much the detector has learned of what it needs to rate its findings above low. */
  progress?(): readonly LearningProgress[]
}

/** The learning progress of one stream or service: `sshd`, 120 of 300 `lines`. */
export interface LearningProgress {
  readonly of: string
  readonly seen: number
  readonly needed: number
  /** The counted noun, in the plural. */
  readonly unit: string
}
