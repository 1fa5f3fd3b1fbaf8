/** Something that is remembered. */
export interface Remembered {
  readonly id: string
  /** Orders what is remembered: what comes later is no part of the past of what came earlier. In ms. */
  readonly time: number
}

export interface Match<Item> {
  readonly item: Item
  /** 0–1. */
  readonly similarity: number
}

interface Question {
  readonly id?: string
  readonly features: readonly string[]
  /** Only what came before this moment. */
  readonly before?: number
  readonly least: number
  /** How many at most. */
  readonly most: number
}

export interface SimilarIndex<Item extends Remembered> {
  readonly size: number
  /** Remembers an item by its features, or remembers it anew. */
  put(item: Item, features: readonly string[]): void
  /** Forgets an item. */
  remove(id: string): void
  /** The likest, the most similar first; what is equally similar, newest first. Tells `visit` of everything that is similar enough. */
  find(question: Question, visit?: (item: Item) => void): Match<Item>[]
}

/** What sharing a feature says, by what kind of feature it is. */
const weights: Readonly<Record<string, number>> = {
  key: 2,
  title: 2,
  technique: 1.5,
  type: 1,
  detector: 1,
  source: 0.5,
}
const weightOf = (feature: string): number => weights[feature.slice(0, feature.indexOf(':'))] ?? 1.5

/**
 * Finds what has features in common. Similarity is a weighted Jaccard index: what both have, through what either has. What both have
 * counts up to twice as much when few others have it (inverse document frequency), so that one rare address tells more than a common
 * host; what only one of them has counts once, because a value that nobody else has tells nothing. 1 for the same features, symmetric.
 *
 * A question walks the lists of items that have its features: time grows with how common they are, 1.2 million steps for twelve features
 * that all of 100,000 have. Not meant for fuzzy text.
 *
 * @param most how many items are remembered; then those longest unchanged are forgotten, a quarter at a time
 */
export const createSimilarIndex = <Item extends Remembered>(most = 100_000): SimilarIndex<Item> => {
  let slots: (Slot<Item> | undefined)[] = []
  let places = new Map<string, number>()
  let lists = new Map<string, List>()
  // By place, in columns of their own: a question looks at all of them.
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

  /** Starts over with what is to be kept: lists hold places that are empty by now. */
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

    find({ id, features, before = Number.POSITIVE_INFINITY, least, most: mostFound }, visit) {
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
      const best: Match<Item>[] = []
      // The newest stand last, and win where all are alike.
      for (let place = slots.length - 1; place >= 0; place--) {
        const both = shared[place] ?? 0
        const similarity = both / (both + total + (totals[place] ?? 0) - 2 * (counted[place] ?? 0))
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

/** Puts a match in its place among the best, of which there may be so many. */
const insert = <Item extends Remembered>(best: Match<Item>[], match: Match<Item>, most: number): void => {
  const last = best.at(-1)
  if (best.length >= most && last && compare(match, last) >= 0) return
  const at = best.findIndex((other) => compare(match, other) < 0)
  best.splice(at < 0 ? best.length : at, 0, match)
  if (best.length > most) best.pop()
}

const compare = <Item extends Remembered>(a: Match<Item>, b: Match<Item>): number =>
  b.similarity - a.similarity || b.item.time - a.item.time || (a.item.id < b.item.id ? -1 : 1)

/** To four places: what differs by less differs by the order of additions. */
const round = (similarity: number): number => Math.round(similarity * 10_000) / 10_000

interface Slot<Item> {
  readonly item: Item
  readonly lists: readonly List[]
}

/** Who has a feature. */
interface List {
  readonly feature: string
  readonly weight: number
  readonly places: number[]
}

const hasFeatures = (lists: readonly List[], features: readonly string[]): boolean =>
  lists.length === features.length && lists.every(({ feature }, i) => feature === features[i])
