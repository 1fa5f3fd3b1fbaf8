import { setImmediate } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { parseAddress } from '../lib/address/address.ts'
import { scopeOf } from '../lib/address/scope.ts'
import type { KnownIndicator, Observable, Report } from '../schema/intelligence/indicator.ts'
import type { FeedState } from '../schema/intelligence/intel-feed.ts'
import { type Annotation, packAnnotations } from './annotations.ts'
import { fingerprintOf, Membership, MembershipBuilder } from './membership.ts'
import type { FeedEntry, PullResult } from './provider.ts'
import type { FeedStore, IndicatorStore } from './stores.ts'
import { indicatorId, type SourceTrust, summarizeIndicator } from './summarize-indicator.ts'

export interface ImportEntriesOptions {
  readonly indicators: IndicatorStore
  readonly feeds: Pick<FeedStore, 'lists'>
  readonly now: () => number
  readonly trust: SourceTrust
  /** The number of sources that cover a type. */
  readonly asked: (type: Observable['type']) => number
}

/** The result of an import. */
export interface ImportResult {
  /** The number of entries that the source has now. */
  readonly entries: number
  /** The number of entries that were read. */
  readonly read: number
  readonly added: number
  readonly changed: number
  readonly withdrawn: number
  readonly skipped: FeedState['skipped']
  readonly members: Uint8Array
  readonly content: Uint8Array | undefined
}

const batchSize = 500
const maxEntries = 2_000_000
const maxReasons = 20

/**
 * Imports the entries of a source. New and changed entries are merged with the reports of other sources, missing ones are withdrawn.
 * Importing the same list again changes nothing. If reading fails half-way, the entries so far stay, nothing is withdrawn, and the error
 * is thrown.
 *
 * With `preview`, nothing is written. Set `interrupted` if an earlier import did not finish, so that its entries are searched for.
 */
export const importEntries = async (
  source: string,
  pulled: Pick<PullResult, 'complete'> & { readonly entries: Iterable<FeedEntry> | AsyncIterable<FeedEntry> },
  options: ImportEntriesOptions,
  {
    interrupted = false,
    ownRanges = false,
    preview = false,
    signal,
  }: {
    readonly interrupted?: boolean
    /** Whether private addresses are accepted. Users may add them; feeds contain them by mistake. */
    readonly ownRanges?: boolean
    readonly preview?: boolean
    readonly signal?: AbortSignal
  } = {},
): Promise<ImportResult> => {
  const before = Membership.decode((await options.feeds.lists(source)).members)
  const listed = new MembershipBuilder()
  const annotations: Annotation[] = []
  const skips = new Map<string, { count: number; sample: string }>()
  const counts = { added: 0, changed: 0, withdrawn: 0 }
  let batch: IndicatorUpdate[] = []

  const skip = (reason: string, sample: string) => {
    const counter = skips.get(reason)
    if (counter) counter.count++
    else if (skips.size < maxReasons) skips.set(reason, { count: 1, sample })
  }
  const flush = async () => {
    signal?.throwIfAborted()
    if (batch.length > 0 && !preview) await apply(source, batch, options)
    batch = []
    await setImmediate()
  }
  const read = (entry: FeedEntry): void => {
    if (entry.kind === 'skipped') {
      skip(entry.reason, entry.sample)
      return
    }
    if (entry.kind === 'benign' || entry.kind === 'exploited') {
      annotations.push(entry)
      return
    }
    const { observable } = entry
    const id = indicatorId(observable)
    if (entry.kind === 'withdrawn') {
      counts.withdrawn++
      // With fingerprint 0, the value counts as changed if it is listed again.
      listed.add(id, 0)
      batch.push({ id, observable, report: undefined })
      return
    }
    if (!ownRanges && isOwn(observable)) {
      skip('private address', observable.value)
      return
    }
    const fingerprint = fingerprintOf(JSON.stringify(entry.report))
    listed.add(id, fingerprint)
    if (before.hasUnchanged(id, fingerprint) && !interrupted) return
    counts[before.has(id) ? 'changed' : 'added']++
    batch.push({ id, observable, report: entry.report })
  }

  for await (const entry of pulled.entries) {
    read(entry)
    if (batch.length >= batchSize) await flush()
    if (listed.size + annotations.length > maxEntries) {
      throw new AppError('SOURCE_FAILED', `${source} lists more than ${maxEntries} entries.`, {
        hint: 'Use a smaller list. The entries read so far stay active.',
      })
    }
  }
  await flush()

  const fresh = listed.build()
  // An error page is not an empty list.
  const isUseless = fresh.size + annotations.length === 0 && skips.size > 0
  if (isUseless && pulled.complete) {
    const [[reason, { sample }] = ['', { sample: '' }]] = skips
    throw new AppError('SOURCE_FAILED', `No usable entry in ${source} (${reason}): ${sample}`, {
      hint: 'Earlier entries stay active. Check the URL and the format of the list.',
      retryable: true,
    })
  }
  const members = pulled.complete ? fresh : before.merge(fresh)
  if (pulled.complete) {
    const missing = await missingIds(source, before, fresh, interrupted, options)
    counts.withdrawn += missing.length
    for (let i = 0; i < missing.length && !preview; i += batchSize) {
      await withdraw(source, missing.slice(i, i + batchSize), options)
      await setImmediate()
    }
  }
  return {
    entries: members.listed + annotations.length,
    read: fresh.listed + annotations.length,
    ...counts,
    skipped: [...skips].map(([reason, about]) => ({ reason, ...about })),
    members: members.encode(),
    content: annotations.length > 0 || pulled.complete ? packAnnotations(annotations) : undefined,
  }
}

/** A changed report of a source about one value; undefined if it is withdrawn. */
export interface IndicatorUpdate {
  readonly id: string
  readonly observable: Observable
  readonly report: Report | undefined
}

/** Merges the reports of one source with those of the others. */
export const apply = (
  source: string,
  changes: readonly IndicatorUpdate[],
  options: ImportEntriesOptions,
): Promise<void> => {
  const byId = new Map(changes.map((change) => [change.id, change]))
  return options.indicators.change([...byId.keys()], (known) =>
    [...byId.values()].flatMap(({ id, observable, report }) => {
      const before = known.get(id)
      if (!before && !report) return []
      return [summarize(observable, { ...without(before, source), ...(report && { [source]: report }) }, options)]
    }),
  )
}

/** Withdraws the reports of a source about values, by their IDs. */
export const withdraw = (source: string, ids: readonly string[], options: ImportEntriesOptions): Promise<void> =>
  options.indicators.change(ids, (known) =>
    [...known.values()].map((one) => summarize({ type: one.ioc_type, value: one.ioc }, without(one, source), options)),
  )

const summarize = (
  observable: Observable,
  reports: Readonly<Record<string, Report>>,
  options: ImportEntriesOptions,
): KnownIndicator =>
  summarizeIndicator(observable, reports, {
    now: options.now(),
    trust: options.trust,
    asked: options.asked(observable.type),
  })

const without = (one: KnownIndicator | undefined, source: string): Readonly<Record<string, Report>> => {
  const { [source]: _withdrawn, ...others } = one?.reports ?? {}
  return others
}

const missingIds = async (
  source: string,
  before: Membership,
  now: Membership,
  interrupted: boolean,
  { indicators }: ImportEntriesOptions,
): Promise<readonly string[]> => {
  if (!interrupted) {
    const spans = [...before.without(now)]
    return spans.length > 0 ? indicators.idsInRanges(spans) : []
  }
  const missing: string[] = []
  for await (const ids of indicators.idsOfSource(source)) missing.push(...ids.filter((id) => !now.has(id)))
  return missing
}

const isOwn = ({ type, value }: Observable): boolean => {
  const address = type === 'ip' ? parseAddress(value.split('/')[0] ?? '') : undefined
  const scope = address && scopeOf(address)
  return scope === 'internal' || scope === 'loopback'
}
