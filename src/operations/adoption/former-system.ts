import type { Deps } from '../deps.ts'
import type { FormerSource } from './former-source.ts'

/** The destination of an adoption. */
export interface AdoptionTarget {
  readonly store: Deps['store']
  /** Accepts log lines; the pipeline processes them when the server runs. */
  readonly intake: Deps['intake']
  /** The folder for adopted files, such as agents. */
  readonly folder: string
  now(): number
  /** The person who asked, for the audit log. */
  readonly actor: string
}

/** Why something was not taken. */
export interface LeftOut {
  readonly what: string
  readonly count: number
  readonly why: string
}

export interface Adopted {
  readonly added: number
  /** How many were there already. */
  readonly present: number
  readonly leftOut?: readonly LeftOut[]
}

/** A part of an older system that can be taken. */
export interface AdoptionPart {
  /** The word of Vedette for them, in the plural: `alerts`. */
  readonly noun: string
  /** Where they are: `alerts`, `anomaly_outputs/anomalies_detected.csv`. */
  readonly from: string
  count(): Promise<number>
  /** Takes the missing items. A second call adds nothing. */
  adopt(target: AdoptionTarget): Promise<Adopted>
}

/** An older system whose users can move to Vedette. */
export interface FormerSystem {
  /** The name in `compat.ports`. */
  readonly name: string
  /** The words for it in a sentence: `the alert triage services`. */
  readonly title: string
  /** Lists the evidence that a source belongs to this system; empty if it does not. */
  recognize(source: FormerSource): readonly string[]
  /** Lists the parts, in the order in which they must be taken. */
  parts(source: FormerSource): readonly AdoptionPart[]
  /** Lists the data that Vedette has no place for. */
  leftOut(source: FormerSource): Promise<readonly LeftOut[]>
  /** The settings that adopted files need, by key. */
  settings?(source: FormerSource, folder: string): Readonly<Record<string, unknown>>
}
