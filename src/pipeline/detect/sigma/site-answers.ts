import { type Event, textField } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { flatText } from '../shared/flat-text.ts'
import { AnswerSizes, type AskedPage } from './answer-sizes.ts'
import { createChallenges } from './challenges.ts'

/** How an answer compares with a site's others. Empty if too little is known of the site. */
export type AnswerLikeness = '' | 'like others' | 'unlike others' | 'challenge'

/** Compares the answers of web servers. */
export interface SiteAnswers {
  /** Compares the answer to a request with the site's earlier ones, and remembers it. Empty for other events. O(1). */
  compare(event: Event): AnswerLikeness
}

interface Site {
  readonly sizes: AnswerSizes
  usedAt: number
}

/** The length to which a path and its query are compared. */
const longestCompared = 256
const mostSites = 200
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
    const site: Site = { sizes: new AnswerSizes(leastAlike), usedAt: time }
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
      const page: AskedPage = { path: hashOf(path), whole: hashOf(whole) }
      const others = Math.max(site.sizes.note(size, page), site.sizes.note(-1 - Math.max(0, size - whole.length), page))
      if (others >= leastAlike || (path !== '/' && site.sizes.firstPath(size) === startPage)) return 'like others'
      return others === 0 && site.sizes.count >= 2 * leastSizes ? 'unlike others' : ''
    },
  }
}

/** Hashes a text up to the compared length, in 32 bits. */
const hashOf = (text: string): number => {
  let hash = text.length
  const end = Math.min(text.length, longestCompared)
  for (let at = 0; at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

const startPage = hashOf('/')
