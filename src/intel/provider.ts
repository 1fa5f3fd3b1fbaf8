import { z } from 'zod'
import type { Component } from '../component.ts'
import type { Observable, ObservableType, Report } from '../schema/intelligence/indicator.ts'
import { severity } from '../schema/severity.ts'

/** How an entry of a known-benign list matches values. */
export type BenignMatch = 'exact' | 'domain' | 'range' | 'substring' | 'pattern'

/** One entry of a source. */
export type FeedEntry =
  | { readonly kind: 'report'; readonly observable: Observable; readonly report: Report }
  /** The source withdraws its report. */
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
  /** A row that cannot be used. Such rows are counted and never fail a pull. */
  | { readonly kind: 'skipped'; readonly reason: string; readonly sample: string }

/** The position at which a pull continues. */
export interface PullState {
  readonly etag: string | null
  readonly lastModified: string | null
  readonly cursor: string | null
}

/** The result of a pull. */
export interface PullResult extends PullState {
  /** Undefined if nothing has changed. If reading fails half-way, nothing is withdrawn, and the next pull starts at the same position. */
  readonly entries: Iterable<FeedEntry> | AsyncIterable<FeedEntry> | undefined
  /** Whether this is the whole list: missing entries are withdrawn. */
  readonly complete: boolean
  /** The list's own version, date and copyright. Call it after the entries are read. */
  notice?(): string
  /** The cursor for the next pull. Call it after the entries are read. */
  next?(): string | null
}

/** A source of threat intelligence: `pull` returns a whole list, `lookup` the data about one value. */
export interface Provider {
  pull?(since: PullState, signal: AbortSignal): Promise<PullResult>
  /** Returns the data about a value, or undefined if there is none. Throws a retryable error if the quota is used up. */
  lookup?(observable: Observable, signal: AbortSignal): Promise<FeedEntry | undefined>
}

/** A type of provider that the configuration can name. */
export interface IntelComponent<Options extends z.ZodType = z.ZodType> extends Component<Options, Provider> {
  /** The types of values that it covers; none if its entries are not indicators. */
  readonly types: readonly ObservableType[]
  /** Its terms of use. */
  readonly licence: string
}

/** Lets the compiler infer the options of a component. */
export const defineIntel = <Options extends z.ZodType>(component: IntelComponent<Options>): IntelComponent<Options> =>
  component

/** Defaults for entries without these fields. */
export const reportDefaults = {
  level: severity.default('medium').describe('The severity of entries without one.'),
  confidence: z.number().min(0).max(1).default(0.5).describe('The confidence of entries without one, 0–1.'),
  tags: z.array(z.string().max(100)).max(20).default([]).describe('Tags for all entries.'),
  description: z.string().max(300).default('').describe('The description of entries without one.'),
  valid_days: z
    .number()
    .positive()
    .optional()
    .describe(
      'The number of days that an entry is valid after it was last listed. By default, it is valid while it is listed.',
    ),
}

export const reportOptions = z.strictObject(reportDefaults)
export type ReportOptions = z.output<typeof reportOptions>

/** Parses a whole list. `now` is the time of the pull, in ms. */
export type ReadList = (text: string, options: ReportOptions, now: number) => Iterable<FeedEntry>
