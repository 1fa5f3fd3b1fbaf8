/** An item in the index. */
export interface Remembered {
  readonly id: string
  /** Orders items, in ms: a later item is not in the past of an earlier one. */
  readonly time: number
}

export interface SimilarMatch<Item> {
  readonly item: Item
  /** From 0 to 1. */
  readonly similarity: number
}

interface Question {
  readonly id?: string
  readonly features: readonly string[]
  /** Excludes items from this time on. */
  readonly before?: number
  readonly least: number
  /** The maximum number of matches. */
  readonly most: number
  /** Compares by the cosine, which a short text and a long one can have in common, instead of the Jaccard index. */
  readonly cosine?: boolean
}

export interface SimilarIndex<Item extends Remembered> {
  readonly size: number
  /** Adds an item with its features, or replaces it. */
  put(item: Item, features: readonly string[]): void
  /** Removes an item. */
  remove(id: string): void
  /** Returns the most similar items, of equal ones the newest first. Calls `visit` for every item that is similar enough. */
  find(question: Question, visit?: (item: Item) => void): SimilarMatch<Item>[]
}

/** The weights of features, by kind. */
const weights: Readonly<Record<string, number>> = {
  key: 2,
  title: 2,
  technique: 1.5,
  type: 1,
  detector: 1,
  source: 0.5,
  word: 1,
  meaning: 0.5,
}
const weightOf = (feature: string): number => weights[feature.slice(0, feature.indexOf(':'))] ?? 1.5

/**
 * Finds items with common features. Similarity is a weighted Jaccard index: common features divided by all features of both. A common
 * feature counts up to twice as much if it is rare (inverse document frequency), so that a rare address outweighs a common host. A feature
 * of only one item counts once. The similarity is symmetric, and 1 for equal features.
 *
 * A query walks the lists of items with its features, so its time grows with their frequency: 1.2 million steps for twelve features that
 * all of 100,000 items have. Not for fuzzy text.
 *
 * @param most the maximum number of items; beyond it, the quarter unchanged for longest is dropped
 */
export const createSimilarIndex = <Item extends Remembered>(most = 100_000): SimilarIndex<Item> => {
  let slots: (Slot<Item> | undefined)[] = []
  let places = new Map<string, number>()
  let lists = new Map<string, List>()
  // Parallel columns, because a query reads all of them.
  let totals = new Float64Array(1024)
  let times = new Float64Array(1024)
  let shared = new Float64Array(1024)
  let counted = new Float64Array(1024)

  const grow = (): void => {
    const longer = (column: Float64Array) => {
      const grown = new Float64Array(column.length * 2)
      grown.set(column)
      return grown
    }
    totals = longer(totals)
    times = longer(times)
    shared = longer(shared)
    counted = longer(counted)
  }

  const add = (item: Item, features: readonly string[]): void => {
    const place = slots.length
    places.set(item.id, place)
    const own = features.map((feature) => {
      const list = lists.get(feature) ?? { feature, weight: weightOf(feature), places: [] }
      lists.set(feature, list)
      list.places.push(place)
      return list
    })
    slots.push({ item, lists: own })
    if (place >= totals.length) grow()
    totals[place] = own.reduce((sum, { weight }) => sum + weight, 0)
    times[place] = item.time
  }

  /** Rebuilds the lists without removed items. */
  const rebuild = (): void => {
    const kept = slots.filter((slot) => slot !== undefined)
    const newest = kept.length > most ? kept.slice(kept.length - Math.floor(most * 0.75)) : kept
    slots = []
    places = new Map()
    lists = new Map()
    for (const { item, lists: own } of newest)
      add(
        item,
        own.map(({ feature }) => feature),
      )
  }

  return {
    get size() {
      return places.size
    },

    put(item, features) {
      const place = places.get(item.id)
      const former = place === undefined ? undefined : slots[place]
      if (place !== undefined && former && hasFeatures(former.lists, features)) {
        slots[place] = { ...former, item }
        times[place] = item.time
        return
      }
      if (place !== undefined) slots[place] = undefined
      add(item, features)
      if (places.size > most || slots.length > 2 * places.size + 1_000) rebuild()
    },

    remove(id) {
      const place = places.get(id)
      if (place === undefined) return
      slots[place] = undefined
      places.delete(id)
    },

    find({ id, features, before = Number.POSITIVE_INFINITY, least, most: mostFound, cosine = false }, visit) {
      shared.fill(0, 0, slots.length)
      counted.fill(0, 0, slots.length)
      const scale = Math.log(2 + places.size)
      let total = 0
      for (const feature of features) {
        const weight = weightOf(feature)
        total += weight
        const list = lists.get(feature)
        if (!list) continue
        const told = weight * (1 + Math.log(1 + places.size / list.places.length) / scale)
        for (const place of list.places) {
          shared[place] = (shared[place] ?? 0) + told
          counted[place] = (counted[place] ?? 0) + weight
        }
      }
      const best: SimilarMatch<Item>[] = []
      // The newest items are last, and win among equals.
      for (let place = slots.length - 1; place >= 0; place--) {
        const both = shared[place] ?? 0
        const own = totals[place] ?? 0
        const similarity = cosine
          ? Math.min(1, both / Math.sqrt(total * own))
          : both / (both + total + own - 2 * (counted[place] ?? 0))
        if (both === 0 || similarity < least || (times[place] ?? 0) >= before) continue
        const item = slots[place]?.item
        if (!item || item.id === id) continue
        visit?.(item)
        insert(best, { item, similarity: round(similarity) }, mostFound)
      }
      return best
    },
  }
}

/** Inserts a match in order, up to a maximum number. */
const insert = <Item extends Remembered>(best: SimilarMatch<Item>[], match: SimilarMatch<Item>, most: number): void => {
  const last = best.at(-1)
  if (best.length >= most && last && compare(match, last) >= 0) return
  const at = best.findIndex((other) => compare(match, other) < 0)
  best.splice(at < 0 ? best.length : at, 0, match)
  if (best.length > most) best.pop()
}

const compare = <Item extends Remembered>(a: SimilarMatch<Item>, b: SimilarMatch<Item>): number =>
  b.similarity - a.similarity || b.item.time - a.item.time || (a.item.id < b.item.id ? -1 : 1)

/** Rounds to four digits, because smaller differences depend on the order of additions. */
const round = (similarity: number): number => Math.round(similarity * 10_000) / 10_000

interface Slot<Item> {
  readonly item: Item
  readonly lists: readonly List[]
}

/** The items with a feature. */
interface List {
  readonly feature: string
  readonly weight: number
  readonly places: number[]
}

const hasFeatures = (lists: readonly List[], features: readonly string[]): boolean =>
  lists.length === features.length && lists.every(({ feature }, i) => feature === features[i])
