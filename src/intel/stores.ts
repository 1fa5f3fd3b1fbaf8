import type { KnownIndicator, ObservableType } from '../schema/intelligence/indicator.ts'
import type { FeedState } from '../schema/intelligence/intel-feed.ts'
import type { Severity } from '../schema/severity.ts'

/** The fields of an indicator that matching needs. */
interface ChangedIndicator {
  readonly ioc: string
  readonly ioc_type: ObservableType
  readonly threat_level: Severity
  readonly confidence: number
  readonly sources: readonly string[]
  readonly description: string
  readonly positives: number
  readonly validUntil: number | undefined
  readonly updatedAt: number
}

/** Stores indicators. */
export interface IndicatorStore {
  load(ids: readonly string[]): Promise<readonly KnownIndicator[]>
  change(
    ids: readonly string[],
    work: (known: ReadonlyMap<string, KnownIndicator>) => readonly KnownIndicator[],
  ): Promise<void>
  changedSince(since: number): AsyncIterable<readonly ChangedIndicator[]>
  /** Returns a moment: later reads see every change that was stamped before it. */
  settled(): Promise<number>
  idsOfSource(source: string): AsyncIterable<readonly string[]>
  idsInRanges(spans: readonly (readonly [from: string, to: string])[]): Promise<readonly string[]>
}

/** Stores the state and the contents of feeds. */
export interface FeedStore {
  list(): Promise<readonly { readonly state: FeedState; readonly dueAt: number; readonly updatedAt: number }[]>
  claim(state: FeedState, dueAt: number, at: number): Promise<boolean>
  save(
    state: FeedState,
    dueAt: number,
    lists?: { readonly members?: Uint8Array; readonly content?: Uint8Array },
  ): Promise<void>
  lists(name: string): Promise<{ readonly members: Uint8Array; readonly content: Uint8Array }>
  hit(name: string, count: number, at: number): Promise<void>
  remove(name: string): Promise<boolean>
}

/** Caches answers of lookup services, and counts their quotas. */
export interface AnswerStore {
  get(source: string, id: string, at: number): Promise<{ readonly answer: unknown } | undefined>
  save(source: string, id: string, answer: unknown, expiresAt: number): Promise<void>
  take(source: string, at: number, limit: number): Promise<boolean>
}
