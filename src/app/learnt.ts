import type { LearningProgress } from '../pipeline/detect/detector.ts'
import type { Alert } from '../schema/alert/alert.ts'
import type { Event } from '../schema/event/event.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import type { SuppliedFacts } from '../schema/triage/supplied-enrichment.ts'
import type { TriageResult } from '../schema/triage/triage-result.ts'

/** How far a detector has learnt. */
interface DetectorProgress {
  readonly detector: string
  readonly progress: readonly LearningProgress[]
}

/** The knowledge of the thread that delivers records. */
export interface Learnt {
  /** Parses and enriches records with the learned state; learns and stores nothing. */
  parse(batch: RecordBatch): Promise<readonly Event[]>
  /** Triages one alert as the pipeline does; stores nothing. */
  triageAlert(alert: Alert, facts: SuppliedFacts): Promise<TriageResult>
  /** The login histories of users and hosts, as the learners save them. */
  loginHistory(): Promise<readonly Uint8Array[]>
  /** How far each detector has learnt. */
  progress(): Promise<readonly DetectorProgress[]>
  /** Forgets everything. */
  forget(): Promise<void>
}

/** Joins the progress of the same detectors in several partitions. */
export const joinProgress = (known: readonly DetectorProgress[]): readonly DetectorProgress[] =>
  [...Map.groupBy(known, ({ detector }) => detector)].map(([detector, parts]) => ({
    detector,
    progress: parts.flatMap(({ progress }) => progress),
  }))
