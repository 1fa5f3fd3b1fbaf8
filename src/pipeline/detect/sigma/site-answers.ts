import { type Event, textField } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { flatText } from '../shared/flat-text.ts'
import { createChallenges } from './challenges.ts'

/** How an answer compares with a site's others. Empty if too little is known of the site. */
export type AnswerLikeness = '' | 'like others' | 'unlike others' | 'challenge'

/** Compares the answers of web servers. */
export interface SiteAnswers {
  /** Compares the answer to a request with the site's earlier ones, and remembers it. Empty for other events. O(1). */
  compare(event: Event): AnswerLikeness
}

/** A requested page, as hashes: pages are only compared, and most of them never again. */
interface Page {
  readonly path: number
  /** The path with its query. */
  readonly whole: number
}

/** The paths with answers of one size: the first one, with the query that it had. */
interface SameSize extends Page {
  /** How many others there are, up to a limit. */
  others: number
}

interface Site {
  readonly sizes: Map<number, SameSize>
  usedAt: number
}

/** The length to which a path and its query are compared. */
const longestCompared = 256
const mostSites = 200
const mostSizes = 2000
/** A site is known after answers of so many sizes, or after this many paths had answers of one size. */
const leastSizes = 5
const leastAlike = 2

/**
 * Distinguishes a page that a site shows for every path, such as its start page or a message that nothing was found, from another answer: a
 * status of 200 proves nothing. Also compares the sizes without the length of the path, which such messages often repeat. State is not
 * saved, because a few requests restore it.
 */
export const createSiteAnswers = (): SiteAnswers => {
  const sites = new BoundedMap<Site>(mostSites)
  const challenges = createChallenges()

  const siteOf = ({ source, time, fields }: Event): Site => {
    const name = fields['url.domain']
    const key = typeof name === 'string' ? `${source}/${name}` : source
    const known = sites.get(key)
    if (known) return known
    const site: Site = { sizes: new Map(), usedAt: time }
    sites.set(flatText(key), site)
    return site
  }

  return {
    compare(event) {
      if (challenges.follow(event)) return 'challenge'
      const { fields } = event
      const status = fields['http.response.status_code']
      const size = fields['http.response.body.bytes']
      if ((status !== 200 && status !== 206) || typeof size !== 'number' || size <= 0) return ''
      const path = textField(event, 'url.path') ?? textField(event, 'url.original')
      if (path === undefined) return ''
      const site = siteOf(event)
      site.usedAt = Math.max(site.usedAt, event.time)
      const whole = textField(event, 'url.original') ?? path
      // Negative keys are sizes without the path.
      const page: Page = { path: hashOf(path), whole: hashOf(whole) }
      const others = Math.max(
        noteSize(site.sizes, size, page),
        noteSize(site.sizes, -1 - Math.max(0, size - whole.length), page),
      )
      if (others >= leastAlike || (path !== '/' && site.sizes.get(size)?.path === startPage)) return 'like others'
      return others === 0 && site.sizes.size >= 2 * leastSizes ? 'unlike others' : ''
    },
  }
}

/**
 * Remembers a path with an answer of a size. Returns how many other paths had one: as many as it takes if the same path had one for another
 * query, because then the page ignores the query.
 */
const noteSize = (sizes: Map<number, SameSize>, size: number, page: Page): number => {
  const known = sizes.get(size)
  if (known === undefined) {
    if (sizes.size >= mostSizes) sizes.clear()
    sizes.set(size, { path: page.path, whole: page.whole, others: 0 })
    return 0
  }
  if (known.path === page.path) return known.whole === page.whole ? known.others : leastAlike
  if (known.others < leastAlike) known.others++
  return known.others
}

/** Hashes a text up to the compared length, in 32 bits. */
const hashOf = (text: string): number => {
  let hash = text.length
  const end = Math.min(text.length, longestCompared)
  for (let at = 0; at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

const startPage = hashOf('/')
