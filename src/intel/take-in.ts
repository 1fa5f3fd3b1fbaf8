import { setImmediate } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { parseAddress } from '../lib/address/address.ts'
import { scopeOf } from '../lib/address/scope.ts'
import type { KnownIndicator, Observable, Report } from '../schema/indicator.ts'
import type { FeedState } from '../schema/intel-feed.ts'
import { packRemarks, type Remark } from './content.ts'
import type { FeedKeeper, IndicatorKeeper } from './keeper.ts'
import { Membership, MembershipBuilder, markOf } from './membership.ts'
import type { Entry, Pulled } from './provider.ts'
import { indicatorId, sumUp, type TrustIn } from './sum-up.ts'

export interface TakeInOptions {
  readonly indicators: IndicatorKeeper
  readonly feeds: Pick<FeedKeeper, 'lists'>
  readonly now: () => number
  readonly trust: TrustIn
  /** How many sources tell of a type of value. */
  readonly asked: (type: Observable['type']) => number
}

/** What came of taking a list in. */
export interface TakenIn {
  /** How many entries the source has now, and how many of them stood in what was read. */
  readonly entries: number
  readonly read: number
  readonly added: number
  readonly changed: number
  readonly withdrawn: number
  readonly skipped: FeedState['skipped']
  readonly members: Uint8Array
  readonly content: Uint8Array | undefined
}

const batchSize = 500
const mostEntries = 2_000_000
const mostReasons = 20

/**
 * Writes what a source lists: what is new or changed is merged with what others say of it, what is gone is withdrawn. Doing it twice
 * changes nothing. Where reading fails half-way, what was read stays, nothing is withdrawn, and the error is thrown.
 *
 * With `preview` nothing is written. `interrupted`: an earlier try did not end, so what it wrote is looked for.
 */
export const takeIn = async (
  source: string,
  pulled: Pick<Pulled, 'complete'> & { readonly entries: Iterable<Entry> | AsyncIterable<Entry> },
  options: TakeInOptions,
  {
    interrupted = false,
    ownRanges = false,
    preview = false,
    signal,
  }: {
    readonly interrupted?: boolean
    /** Whether addresses of our own networks may be listed: people may, feeds list them by mistake. */
    readonly ownRanges?: boolean
    readonly preview?: boolean
    readonly signal?: AbortSignal
  } = {},
): Promise<TakenIn> => {
  const before = Membership.decode((await options.feeds.lists(source)).members)
  const listed = new MembershipBuilder()
  const remarks: Remark[] = []
  const skips = new Map<string, { count: number; sample: string }>()
  const counts = { added: 0, changed: 0, withdrawn: 0 }
  let batch: Change[] = []

  const skip = (reason: string, sample: string) => {
    const known = skips.get(reason)
    if (known) known.count++
    else if (skips.size < mostReasons) skips.set(reason, { count: 1, sample })
  }
  const flush = async () => {
    signal?.throwIfAborted()
    if (batch.length > 0 && !preview) await apply(source, batch, options)
    batch = []
    await setImmediate()
  }
  const read = (entry: Entry): void => {
    if (entry.kind === 'skipped') {
      skip(entry.reason, entry.sample)
      return
    }
    if (entry.kind === 'benign' || entry.kind === 'exploited') {
      remarks.push(entry)
      return
    }
    const { observable } = entry
    const id = indicatorId(observable)
    if (entry.kind === 'withdrawn') {
      counts.withdrawn++
      // Should it be listed again, that is a change.
      listed.add(id, 0)
      batch.push({ id, observable, report: undefined })
      return
    }
    if (!ownRanges && isOwn(observable)) {
      skip('addresses of private networks', observable.value)
      return
    }
    const mark = markOf(JSON.stringify(entry.report))
    listed.add(id, mark)
    if (before.says(id, mark) && !interrupted) return
    counts[before.has(id) ? 'changed' : 'added']++
    batch.push({ id, observable, report: entry.report })
  }

  for await (const entry of pulled.entries) {
    read(entry)
    if (batch.length >= batchSize) await flush()
    if (listed.size + remarks.length > mostEntries) {
      throw new AppError('SOURCE_FAILED', `${source} lists more than ${mostEntries} entries.`, {
        hint: 'Give a smaller list; what was read of it stays in force.',
      })
    }
  }
  await flush()

  const fresh = listed.build()
  // A page that says "busy" is no empty list.
  const isUseless = fresh.size + remarks.length === 0 && skips.size > 0
  if (isUseless && pulled.complete) {
    const [[reason, { sample }] = ['', { sample: '' }]] = skips
    throw new AppError('SOURCE_FAILED', `Nothing of what ${source} lists can be used (${reason}): ${sample}`, {
      hint: 'What it listed before stays in force; check that it is the right list, in the right format.',
      retryable: true,
    })
  }
  const members = pulled.complete ? fresh : before.joined(fresh)
  if (pulled.complete) {
    const gone = await idsGone(source, before, fresh, interrupted, options)
    counts.withdrawn += gone.length
    for (let i = 0; i < gone.length && !preview; i += batchSize) {
      await withdraw(source, gone.slice(i, i + batchSize), options)
      await setImmediate()
    }
  }
  return {
    entries: members.listed + remarks.length,
    read: fresh.listed + remarks.length,
    ...counts,
    skipped: [...skips].map(([reason, about]) => ({ reason, ...about })),
    members: members.encode(),
    content: remarks.length > 0 || pulled.complete ? packRemarks(remarks) : undefined,
  }
}

/** What becomes of what a source says of one value; undefined: it says nothing any more. */
export interface Change {
  readonly id: string
  readonly observable: Observable
  readonly report: Report | undefined
}

/** Merges what one source says with what others do. */
export const apply = (source: string, changes: readonly Change[], options: TakeInOptions): Promise<void> => {
  const byId = new Map(changes.map((change) => [change.id, change]))
  return options.indicators.change([...byId.keys()], (known) =>
    [...byId.values()].flatMap(({ id, observable, report }) => {
      const before = known.get(id)
      if (!before && !report) return []
      return [resum(observable, { ...without(before, source), ...(report && { [source]: report }) }, options)]
    }),
  )
}

/** Takes back what a source says of values of which only the ids are known. */
export const withdraw = (source: string, ids: readonly string[], options: TakeInOptions): Promise<void> =>
  options.indicators.change(ids, (known) =>
    [...known.values()].map((one) => resum({ type: one.ioc_type, value: one.ioc }, without(one, source), options)),
  )

const resum = (
  observable: Observable,
  reports: Readonly<Record<string, Report>>,
  options: TakeInOptions,
): KnownIndicator =>
  sumUp(observable, reports, { now: options.now(), trust: options.trust, asked: options.asked(observable.type) })

const without = (one: KnownIndicator | undefined, source: string): Readonly<Record<string, Report>> => {
  const { [source]: _gone, ...others } = one?.reports ?? {}
  return others
}

const idsGone = async (
  source: string,
  before: Membership,
  now: Membership,
  interrupted: boolean,
  { indicators }: TakeInOptions,
): Promise<readonly string[]> => {
  if (!interrupted) {
    const spans = [...before.without(now)]
    return spans.length > 0 ? indicators.withIdsFrom(spans) : []
  }
  const gone: string[] = []
  for await (const ids of indicators.naming(source)) gone.push(...ids.filter((id) => !now.has(id)))
  return gone
}

const isOwn = ({ type, value }: Observable): boolean => {
  const address = type === 'ip' ? parseAddress(value.split('/')[0] ?? '') : undefined
  const scope = address && scopeOf(address)
  return scope === 'internal' || scope === 'loopback'
}
