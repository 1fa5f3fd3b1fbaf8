import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import {
  addRefusal,
  attemptsOf,
  type GuessRun,
  isGuess,
  isPartOfPage,
  longestPause,
  startRun,
  type WebAttempt,
} from './guess-run.ts'
import type { WebRequest } from './web-request.ts'

const mostSites = 200
const mostClients = 500
const mostAccepted = 2000
/** Redirects of refusals differ at most in a message: a wrong password, an unknown user, a locked account. */
const mostAnswers = 3
/** So many forms may be under way when one is accepted. */
const mostParallel = 20
/** A client that reads so many pages, each for the first time, uses a session. */
const leastPages = 3
/** The share of refusals after which a client that follows redirects reads the form again. */
const leastReturns = 0.9
const none: readonly WebAttempt[] = []

/** A form that was sent and answered by a redirect. */
interface Sent {
  readonly sample: EventSample
  /** The target of the redirect if the log names it, else its size. */
  readonly answer: string | undefined
  /** Whether the target is a page other than the form. */
  readonly leads: boolean
  /** Whether the client read the form again. */
  returned: boolean
  /** Other pages that the client read since. */
  readonly pages: Set<string>
}

/** Forms that a client sent to one login page, with no request for another page between them. */
interface Run extends GuessRun {
  readonly path: string
  readonly agent: string | undefined
  readonly answers: Set<string>
  /** After how many refusals the client read the form again. */
  returns: number
  sent: Sent
  /** The only form with another redirect than the others. */
  other: Sent | undefined
  /** How many forms came after it. */
  later: number
}

interface Site {
  readonly runs: RecentMap<string, Run>
  /** Clients that read other pages between two logins: many people behind one address, or a test. */
  readonly shared: RecentMap<string, true>
}

/** A run that may have ended with a login, until the client sends more. */
interface Ending {
  readonly event: Event
  readonly address: string
  readonly runs: RecentMap<string, Run>
  readonly run: Run
}

/**
 * Finds guessed passwords in access logs of login pages that answer every form with a redirect: many forms of a client in quick succession,
 * after each of which it returns to the form, and then one that ends otherwise. The log names another target or size of the redirect, and the
 * client reads a page or sends no more forms; or the client does not return to the form but reads several pages.
 *
 * Says nothing before that, because rules count the forms. Saves no state.
 */
export class RedirectedLogins {
  readonly #sites = new RecentMap<string, Site>(mostSites)
  readonly #endings = new Map<Run, Ending>()

  /** Returns the refused attempts and the login, if the event shows that there was one. O(1). */
  follow({ event, status, address, path, sendsLogin }: WebRequest): readonly WebAttempt[] {
    const known = this.#sites.get(event.stream)
    const isForm = sendsLogin && (status === 302 || status === 303)
    if (!isForm && !known) return none
    const run = known?.runs.get(address)
    if (isForm) return this.#takeForm(event, known ?? this.#addSite(event.stream), run, address, path)
    return known && run && run.agent === textField(event, 'user_agent.original')
      ? this.#takePage(event, known, run, status, path)
      : none
  }

  /** Returns the attempts of clients that have sent no more forms since a redirect that differed. */
  settle(now: number): readonly (readonly [Event, readonly WebAttempt[]])[] {
    const settled: (readonly [Event, readonly WebAttempt[]])[] = []
    for (const { event, address, runs, run } of [...this.#endings.values()]) {
      if (now - run.sent.sample.time <= longestPause) continue
      this.#endings.delete(run)
      if (runs.get(address) === run) runs.delete(address)
      if (run.other) settled.push([event, attemptsOf(run, run.other.sample, address)])
    }
    return settled
  }

  #addSite(stream: string): Site {
    const site: Site = { runs: new RecentMap(mostClients), shared: new RecentMap(mostAccepted) }
    this.#sites.set(stream, site)
    return site
  }

  #takeForm(event: Event, site: Site, run: Run | undefined, address: string, path: string): readonly WebAttempt[] {
    const agent = textField(event, 'user_agent.original')
    if (run && event.time - run.sent.sample.time > longestPause) {
      this.#drop(site, run, address)
      if (run.other) return attemptsOf(run, run.other.sample, address)
    } else if (run && run.path === path && run.agent === agent && run.sent.pages.size === 0) {
      if (run.sent !== run.other) refuse(run)
      run.sent = readSent(event)
      weigh(run)
      if (run.other === run.sent) this.#endings.set(run, { event, address, runs: site.runs, run })
      else if (!run.other) this.#endings.delete(run)
      return none
    } else if (run) {
      this.#drop(site, run, address)
      site.shared.set(flatText(address), true)
    }
    if (site.shared.get(address) === undefined)
      site.runs.set(flatText(address), {
        ...startRun(event.time),
        ...{ path: flatText(path, path.length), agent: agent === undefined ? undefined : flatText(agent) },
        ...{ answers: new Set<string>(), returns: 0, sent: readSent(event), other: undefined, later: 0 },
      })
    return none
  }

  #takePage(event: Event, site: Site, run: Run, status: number, path: string): readonly WebAttempt[] {
    const { sent } = run
    if (isPartOfPage(path) || event.time - sent.sample.time > longestPause) return none
    if (path === run.path || isAboutLogins.test(path)) {
      sent.returned = true
      return none
    }
    // A page may send the client on.
    if (status >= 300 && status < 400) return none
    const address = String(event.fields['source.ip'])
    const isLed = isGuess(run, sent.sample.time) && !sent.returned && run.returns >= leastReturns * run.count
    if (!run.other && (!isLed || status >= 400)) {
      this.#drop(site, run, address)
      return none
    }
    if (status >= 400) return none
    sent.pages.add(flatText(path))
    if (!run.other && sent.pages.size < leastPages) return none
    this.#drop(site, run, address)
    return attemptsOf(run, (run.other ?? sent).sample, address)
  }

  #drop({ runs }: Site, run: Run, address: string): void {
    this.#endings.delete(run)
    runs.delete(address)
  }
}

/** Pages to which login pages lead after a wrong password. */
const isAboutLogins = /log[-_]?[io]n|sign[-_]?in|auth|session|captcha|denied|error|fail|lock|forbidden/i

/** Counts the form that was sent last as refused, because another one follows it. */
const refuse = (run: Run): void => {
  const { sample, answer, returned } = run.sent
  addRefusal(run, sample)
  if (answer !== undefined && run.answers.size <= mostAnswers) run.answers.add(answer)
  if (returned) run.returns++
}

/** Decides whether the form that was sent last, or an earlier one, is the only one with another redirect. */
const weigh = (run: Run): void => {
  const { answers, sent, other } = run
  if (!other) {
    if (differs(run) && isGuess(run, sent.sample.time)) run.other = sent
    run.later = 0
    return
  }
  run.later++
  // An account that is locked redirects all further forms likewise.
  const isOnly = sent.answer !== undefined && answers.has(sent.answer)
  if (isOnly && run.later <= mostParallel) return
  if (other.answer !== undefined) answers.add(other.answer)
  run.other = undefined
}

/** Whether the last redirect differs from those of the refusals, which were alike. */
const differs = ({ answers, sent: { answer, leads } }: Run): boolean =>
  leads && answer !== undefined && answers.size > 0 && answers.size <= mostAnswers && !answers.has(answer)

const readSent = (event: Event): Sent => {
  const target = targetOf(event)
  const size = event.fields['http.response.body.bytes'] ?? event.fields['http.response.bytes'] ?? event.fields.size
  return {
    sample: keepSample(event),
    answer: target === undefined ? (size === undefined ? undefined : String(size)) : flatText(target),
    leads: target === undefined || !isAboutLogins.test(target),
    returned: false,
    pages: new Set(),
  }
}

/** Reads the target of the redirect, which some applications and servers log. */
const targetOf = ({ fields }: Event): string | undefined => {
  for (const name in fields) {
    if (!/(?:^|[._])location$/i.test(name)) continue
    const value = fields[name]
    const target = Array.isArray(value) ? value[0] : value
    if (typeof target === 'string' && /^(?:https?:\/)?\//.test(target)) return target.replace(/^https?:\/\/[^/]*/, '')
  }
  return undefined
}
