import { z } from 'zod'
import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { hour, minute } from '../../../lib/units/time.ts'
import { type Event, isAuthentication } from '../../../schema/event/event.ts'
import { flatText } from '../shared/flat-text.ts'
import { type FormClients, FormSpray, noteBrowser, savedSpray } from './form-spray.ts'
import { addRefusal, failuresOf, type GuessRun, isPartOfPage, loginOf, startRun, type WebAttempt } from './guess-run.ts'
import type { WebRequest } from './web-request.ts'

const mostSites = 200
const mostPages = 50
const mostClients = 500
/** How many clients of all login pages of a site to remember, because a spray has many. */
const mostFormClients = 5000
/** Fewer forms, or forms of a shorter time, may be those of people behind one address. */
const leastForms = 30
const leastSpan = 2 * hour
/** Quicker forms are counted by rules. */
const leastMeanPause = minute / 2
/** A longer pause ends a run, as it ends an attack. */
const longestRest = hour
/** A form that is shown again has an additional message, so its size is about that of the form: at most by this factor larger or smaller. */
const likeForm = 1.5
const none: readonly WebAttempt[] = []

const saved = z.array(
  savedSpray.extend({
    stream: z.string(),
    path: z.string(),
    redirects: z.boolean(),
    size: z
      .number()
      .optional()
      .transform((size) => size),
    answers: z.boolean(),
  }),
)

/** A login page, as its answers show it. */
interface Page {
  readonly spray: FormSpray
  /** Whether it has answered a form with a redirect. */
  redirects: boolean
  /** The size of the form, in bytes. */
  size: number | undefined
  /** Whether it has answered what was sent with content, as interfaces of programs do. */
  answers: boolean
}

interface Run extends GuessRun {
  readonly path: string
  /** Whether its forms so far were returned as attempts. */
  isKnown: boolean
}

interface Site {
  readonly pages: RecentMap<string, Page>
  /** The refused forms of each client that looks at no page but the form. */
  readonly runs: RecentMap<string, Run>
  /** All clients that send forms. */
  readonly clients: FormClients
}

/**
 * Finds slow guesses in access logs of login forms, and those of many addresses. Slow: a client that sends the form again and again for
 * hours, is shown it each time, looks at no other page, and then perhaps is let in. A form counts as refused if the page redirects others
 * who send it, and answers 422 or with about the size of the form, which it shows again.
 *
 * Says nothing about quick guesses, which rules count. Saves only how many clients each page usually refuses.
 */
export class SlowForms {
  readonly #sites = new RecentMap<string, Site>(mostSites)

  /** Returns the refused attempts that the event completes, or the login that it is. O(1). */
  follow({ event, status, address, path, sendsLogin }: WebRequest): readonly WebAttempt[] {
    if (isAuthentication(event)) return none
    const known = this.#sites.get(event.stream)
    if (!sendsLogin) {
      if (known) notePage(known, event, status, address, path)
      return none
    }
    const site = known ?? this.#addSite(event.stream)
    const page = site.pages.get(path) ?? addPage(site, path)
    if (status === 302 || status === 303) {
      page.redirects = true
      return [...page.spray.accept(site.clients, event, address), ...endRun(site, event, address, path)]
    }
    if (isRefusal(event, status, page))
      return [...page.spray.refuse(site.clients, event, address), ...addForm(site, event, address, path)]
    return takeAnswer(site, page, event, status, address)
  }

  /** Takes a form whose outcome is known. Returns the attempts of a spray; undefined while the page's usual share is unknown. O(1). */
  takeLogin({ event, address, path }: WebRequest, success: boolean): readonly WebAttempt[] | undefined {
    const site = this.#sites.get(event.stream) ?? this.#addSite(event.stream)
    const page = site.pages.get(path) ?? addPage(site, path)
    const { spray } = page
    const isKnown = spray.knowsUsual
    const attempts = success
      ? spray.accept(site.clients, event, address)
      : spray.refuse(site.clients, event, address, isKnown)
    return isKnown ? attempts : undefined
  }

  /** How many clients each page refuses and lets in. */
  pack(): string {
    const all = [...this.#sites.entries()].flatMap(([stream, { pages }]) =>
      [...pages.entries()].map(([path, { redirects, size, answers, spray }]) => ({
        ...{ stream, path, redirects, size, answers },
        ...spray.pack(),
      })),
    )
    return JSON.stringify(all.filter(({ hours }) => hours.length > 0))
  }

  unpack(json: string): void {
    for (const { stream, path, redirects, size, answers, ...past } of saved.parse(JSON.parse(json))) {
      const page = addPage(this.#sites.get(stream) ?? this.#addSite(stream), path)
      Object.assign(page, { redirects, size, answers })
      page.spray.unpack(past)
    }
  }

  #addSite(stream: string): Site {
    const site: Site = {
      pages: new RecentMap(mostPages),
      runs: new RecentMap(mostClients),
      clients: new RecentMap(mostFormClients),
    }
    this.#sites.set(stream, site)
    return site
  }
}

/** Notes the size of a form, and that a client looks at another page. */
const notePage = (
  { pages, runs, clients }: Site,
  event: Event,
  status: number,
  address: string,
  path: string,
): void => {
  const page = pages.get(path)
  if (page) {
    if (status === 200) page.size = sizeOf(event) ?? page.size
  } else if (status < 400) {
    const isPart = isPartOfPage(path)
    if (isPart) noteBrowser(clients, address)
    else if (runs.get(address)) runs.delete(address)
  }
}

const addPage = ({ pages }: Site, path: string): Page => {
  const page: Page = { spray: new FormSpray(path), redirects: false, size: undefined, answers: false }
  pages.set(flatText(path, path.length), page)
  return page
}

/** Takes the answer of an interface of programs, which shows no form and does not redirect. */
const takeAnswer = (
  { clients }: Site,
  page: Page,
  event: Event,
  status: number,
  address: string,
): readonly WebAttempt[] => {
  if (page.redirects || page.size !== undefined) return none
  if (status >= 200 && status < 300) {
    page.answers = true
    return page.spray.accept(clients, event, address)
  }
  return page.answers && (status === 400 || status === 401 || status === 422)
    ? page.spray.refuse(clients, event, address)
    : none
}

const isRefusal = (event: Event, status: number, { redirects, size }: Page): boolean => {
  if (status === 422) return redirects
  const answer = sizeOf(event)
  if (status !== 200 || !redirects || size === undefined || answer === undefined) return false
  return answer <= size * likeForm && size <= answer * likeForm
}

const addForm = (site: Site, event: Event, address: string, path: string): readonly WebAttempt[] => {
  let run = site.runs.get(address)
  if (!run || run.path !== path || event.time - run.last > longestRest) {
    run = { ...startRun(event.time), path: flatText(path, path.length), isKnown: false }
    site.runs.set(flatText(address), run)
  }
  addRefusal(run, event)
  if (run.isKnown) return failuresOf([{ first: event, count: 1 }], address)
  run.isKnown = run.count >= leastForms && run.last - run.start >= leastSpan && isSlow(run)
  if (!run.isKnown) return none
  return failuresOf(run.minutes, address)
}

const endRun = ({ runs }: Site, event: Event, address: string, path: string): readonly WebAttempt[] => {
  const run = runs.get(address)
  if (!run) return none
  runs.delete(address)
  return run.isKnown && run.path === path && event.time - run.last <= longestRest ? [loginOf(event, address)] : none
}

const isSlow = ({ start, last, count }: GuessRun): boolean => last - start >= count * leastMeanPause

const sizeOf = ({ fields }: Event): number | undefined => {
  const size = fields['http.response.body.bytes'] ?? fields['http.response.bytes']
  return typeof size === 'number' && size > 0 ? size : undefined
}
