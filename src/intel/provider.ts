import { z } from 'zod'
import type { Component } from '../component.ts'
import type { Observable, ObservableType, Report } from '../schema/indicator.ts'
import { severity } from '../schema/severity.ts'

/** How a list of known-benign infrastructure names what is on it. */
export type BenignMatch = 'exact' | 'domain' | 'range' | 'substring' | 'pattern'

/** One thing that a source tells. */
export type Entry =
  | { readonly kind: 'report'; readonly observable: Observable; readonly report: Report }
  /** The source takes back what it said. */
  | { readonly kind: 'withdrawn'; readonly observable: Observable }
  | {
      readonly kind: 'benign'
      readonly list: string
      readonly types: readonly ObservableType[]
      readonly match: BenignMatch
      readonly value: string
    }
  | {
      readonly kind: 'exploited'
      /** `CVE-2021-44228`. */
      readonly cve: string
      readonly name: string
      /** The day on which it was added: `2021-12-10`. */
      readonly added: string
      readonly ransomware: boolean
    }
  /** A row that could not be used; counted, never fatal. */
  | { readonly kind: 'skipped'; readonly reason: string; readonly sample: string }

/** Where a pull goes on. */
export interface Since {
  readonly etag: string | null
  readonly lastModified: string | null
  readonly cursor: string | null
}

/** What a pull brought. */
export interface Pulled extends Since {
  /** Undefined: nothing has changed. Reading may fail half-way; then nothing is taken back, and the next pull begins where this one did. */
  readonly entries: Iterable<Entry> | AsyncIterable<Entry> | undefined
  /** Whether it is all there is: what is not in it is no longer listed. */
  readonly complete: boolean
  /** What the list says of itself: version, date, copyright. Read after the entries. */
  notice?(): string
  /** Where the next pull begins; read after the entries. */
  next?(): string | null
}

/** Tells what it knows: a whole list at a time (`pull`), of one value when it is asked (`lookup`), or both. */
export interface Provider {
  pull?(since: Since, signal: AbortSignal): Promise<Pulled>
  /** What it says of a value; undefined when it knows nothing of it. A quota that is used up is an error that may be tried again. */
  lookup?(observable: Observable, signal: AbortSignal): Promise<Entry | undefined>
}

/** A kind of provider that an operator can name. */
export interface IntelComponent<Options extends z.ZodType = z.ZodType> extends Component<Options, Provider> {
  /** The types of values that it tells of; none for what is no indicator. */
  readonly types: readonly ObservableType[]
  /** What its terms ask of who uses it. */
  readonly licence: string
}

/** Lets the compiler work out the options of a component. */
export const defineIntel = <Options extends z.ZodType>(component: IntelComponent<Options>): IntelComponent<Options> =>
  component

/** What is said of entries that say nothing of it themselves. */
export const reportDefaults = {
  level: severity.default('medium').describe('How grave a hit is, where the list does not say.'),
  confidence: z.number().min(0).max(1).default(0.5).describe('How sure the list is, 0–1, where it does not say.'),
  tags: z.array(z.string().max(100)).max(20).default([]).describe('Tags for all entries.'),
  description: z.string().max(300).default('').describe('A few words on what it lists.'),
  valid_days: z
    .number()
    .positive()
    .optional()
    .describe('For how many days an entry holds after it was last listed; for as long as it is listed unless said.'),
}

export const reportOptions = z.strictObject(reportDefaults)
export type ReportOptions = z.output<typeof reportOptions>

/** Reads a whole list. `now` is the moment of the pull, in ms. */
export type ReadList = (text: string, options: ReportOptions, now: number) => Iterable<Entry>
