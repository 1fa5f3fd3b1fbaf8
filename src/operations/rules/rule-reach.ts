import { setImmediate } from 'node:timers/promises'
import { isWithinLogsource } from '../../lib/sigma/read/read-logsource.ts'
import type { EventKind, Logsource, SigmaDocument } from '../../lib/sigma/sigma.ts'
import { createEngine } from '../../lib/sigma/sigma.ts'
import { minute, week } from '../../lib/units/time.ts'
import type { RuleBook } from '../../pipeline/detect/sigma/rule-book.ts'
import { toFlatEvent } from '../../pipeline/detect/sigma/sigma-event.ts'
import type { Event } from '../../schema/event/event.ts'
import type { MissingRulePack } from '../../schema/rule/rule-pack.ts'
import type { Store } from '../../store/store.ts'
import { eventFilter } from '../filter.ts'
import { findMissingPacks } from './packs/missing-packs.ts'

/** The sources that rules apply to, and recent matches. */
export interface RuleReach {
  /** How many sources have sent anything. */
  readonly sources: number
  /** Returns the sources with events of a log source. */
  appliesTo(logsource: Logsource): readonly string[]
  /** The same for any document; a correlation applies where one of its rules does. */
  reachOf(document: SigmaDocument, find: (id: string) => SigmaDocument | undefined): readonly string[]
  /** Returns the sets of rules that would cover a source's events, which no active rule is about. */
  missingPacks(source: string): readonly MissingRulePack[]
  /** The detections of a rule in the last 7 days. */
  hits(id: string): number
}

interface ReachOptions {
  readonly store: Pick<Store, 'events' | 'detections' | 'parseHealth'>
  readonly book: RuleBook
  readonly now: () => number
}

/** The number of recent events that classify a source. */
const sampled = 300
const mostSources = 200
const mostDetections = 50_000
/** How long a result is cached, in ms. */
const fresh = 10_000
/** How long a source counts as classified, in ms, unless it has sent a tenth more. */
const settled = 10 * minute
/** The longest uninterrupted work in ms. */
const turn = 10

/** The kinds of a source's recent events, and how many it had sent at that time. */
interface Classified {
  readonly at: number
  readonly count: number
  readonly kinds: readonly EventKind[]
}

/** Creates a function that reports the reach of rules. It reads the store at most every ten seconds. */
export const createReach = ({ store, book, now }: ReachOptions): (() => Promise<RuleReach>) => {
  let known: { readonly at: number; readonly revision: number; readonly reach: Promise<RuleReach> } | undefined
  let latest = { revision: book.revision, classified: new Map() as ReadonlyMap<string, Classified> }
  const look = async (): Promise<RuleReach> => {
    const { revision } = book
    const earlier = latest.revision === revision ? latest.classified : new Map<string, Classified>()
    const classified = await classifySources(store, book, earlier, now())
    latest = { revision, classified }
    return reachOfSources(classified, book, await countHits(store, now()))
  }
  return () => {
    if (known && known.revision === book.revision && now() - known.at < fresh) return known.reach
    const reach = look()
    known = { at: now(), revision: book.revision, reach }
    reach.catch(() => {
      known = undefined
    })
    return reach
  }
}

/** Classifies the sources. One that was classified lately and has sent little since stays as it was: hundreds of searches would take seconds. */
const classifySources = async (
  store: ReachOptions['store'],
  book: RuleBook,
  earlier: ReadonlyMap<string, Classified>,
  time: number,
): Promise<ReadonlyMap<string, Classified>> => {
  const rows = Map.groupBy(await store.parseHealth.list(), ({ source }) => source)
  const kindsOf = createClassifier(book)
  const classified = new Map<string, Classified>()
  for (const [name, own] of [...rows].slice(0, mostSources)) {
    const count = own.reduce((sum, row) => sum + row.count, 0)
    const known = earlier.get(name)
    if (known && time - known.at < settled && count >= known.count && 10 * count < 11 * known.count) {
      classified.set(name, known)
      continue
    }
    const { values } = eventFilter(`source:${JSON.stringify(name)}`, time)
    const { items } = await store.events.search({
      limit: sampled,
      values,
      matches: (event) => event.source === name,
    })
    classified.set(name, { at: time, count, kinds: await kindsOf(items) })
  }
  return classified
}

const reachOfSources = (
  classified: ReadonlyMap<string, Classified>,
  book: RuleBook,
  hits: ReadonlyMap<string, number>,
): RuleReach => ({
  sources: classified.size,
  ...reachIn(
    new Map([...classified].map(([name, { kinds }]) => [name, kinds.flatMap(({ logsources }) => logsources)])),
  ),
  missingPacks: (source) => findMissingPacks(classified.get(source)?.kinds ?? [], book),
  hits: (id) => hits.get(id) ?? 0,
})

/** Creates a function that returns the log sources of events. */
export const createSorter = (book: Pick<RuleBook, 'taxonomy'>) => {
  const kindsOf = createClassifier(book)
  return async (events: readonly Event[]): Promise<readonly Logsource[]> =>
    (await kindsOf(events)).flatMap(({ logsources }) => logsources)
}

/** Always the same list, so that its engines share what they prepare. */
const noDocuments: readonly SigmaDocument[] = []

/** Creates a function that returns the kinds of events. */
export const createClassifier = ({ taxonomy }: Pick<RuleBook, 'taxonomy'>) => {
  const engine = createEngine(noDocuments, { taxonomy })
  return async (events: readonly Event[]): Promise<readonly EventKind[]> => {
    const kinds = new Set<EventKind>()
    let rested = performance.now()
    for (const event of events) {
      for (const kind of engine.kindsOf(toFlatEvent(event))) kinds.add(kind)
      if (performance.now() - rested < turn) continue
      await setImmediate()
      rested = performance.now()
    }
    return [...kinds]
  }
}

/** Builds the reach from classified sources. */
export const reachIn = (
  bySource: ReadonlyMap<string, readonly Logsource[]>,
): Pick<RuleReach, 'appliesTo' | 'reachOf'> => {
  const appliesTo = (logsource: Logsource): readonly string[] =>
    [...bySource].filter(([, found]) => found.some((one) => isWithinLogsource(one, logsource))).map(([name]) => name)
  return {
    appliesTo,
    reachOf(document, find) {
      const seen = new Set<SigmaDocument>()
      const sources = new Set<string>()
      const visit = (one: SigmaDocument): void => {
        if (seen.has(one)) return
        seen.add(one)
        if (one.type !== 'correlation') for (const name of appliesTo(one.logsource)) sources.add(name)
        else for (const id of one.rules) visit(find(id) ?? one)
      }
      visit(document)
      return [...sources].sort()
    },
  }
}

const countHits = async (store: ReachOptions['store'], time: number): Promise<ReadonlyMap<string, number>> => {
  const hits = new Map<string, number>()
  let after: string | undefined
  let looked = 0
  do {
    const page = await store.detections.list({
      limit: 500,
      from: time - week,
      after,
      matches: ({ rule }) => rule !== undefined,
      fragments: ['sigma'],
    })
    for (const { rule } of page.items) if (rule) hits.set(rule.id, (hits.get(rule.id) ?? 0) + 1)
    looked += page.items.length
    after = page.next
  } while (after !== undefined && looked < mostDetections)
  return hits
}
