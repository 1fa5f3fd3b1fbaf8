import { type Event, textField } from '../../../schema/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { flatText } from '../shared/flat-text.ts'

/** How an answer compares with a site's others by its size. Empty if too little is known of the site. */
export type AnswerLikeness = '' | 'like others' | 'unlike others'

/** Compares the answers of web servers. */
export interface SiteAnswers {
  /** Compares the answer to a request with the site's earlier ones, and remembers it. Empty for other events. O(1). */
  compare(event: Event): AnswerLikeness
}

/** The paths with answers of one size. */
interface SameSize {
  readonly path: string
  /** The path with its query, as the first request had it. */
  readonly whole: string
  /** How many others there are, up to a limit. */
  others: number
}

interface Site {
  readonly sizes: Map<number, SameSize>
  usedAt: number
}

/** The length to which a path and its query are compared. */
const longestKept = 256
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
      const page: Page = { path: cut(path), whole: cut(whole), kept: undefined }
      const others = Math.max(
        noteSize(site.sizes, size, page),
        noteSize(site.sizes, -1 - Math.max(0, size - whole.length), page),
      )
      if (others >= leastAlike || (path !== '/' && site.sizes.get(size)?.path === '/')) return 'like others'
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
    page.kept ??= { path: flatText(page.path, longestKept), whole: flatText(page.whole, longestKept) }
    sizes.set(size, { ...page.kept, others: 0 })
    return 0
  }
  if (known.path === page.path) return known.whole === page.whole ? known.others : leastAlike
  if (known.others < leastAlike) known.others++
  return known.others
}

/** A requested page. `kept` are copies of its texts that do not retain the line: most pages are compared only. */
interface Page {
  readonly path: string
  readonly whole: string
  kept: Pick<SameSize, 'path' | 'whole'> | undefined
}

/** Cuts a text to the compared length. */
const cut = (text: string): string => (text.length > longestKept ? text.slice(0, longestKept) : text)
