import { minute } from '../../../lib/units/time.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import type { Attempt } from './attempt.ts'

/** Fewer refusals are those of a program that waits for a server, or of clients behind one address that were asked for a password. */
const leastRefusals = 20
/** Programs that poll with a wrong or expired token are slower on average, in ms. */
const longestMeanPause = 2000
/** A pause this long ends a run. */
export const longestPause = minute
/** For so many minutes, a run remembers how many refusals there were in each. */
const mostMinutes = 60

/** An attempt to log in to a web page, and the request that shows it. */
export interface WebAttempt {
  readonly sample: EventSample
  readonly attempt: Attempt
}

/** Requests of one client that were probably refused, in quick succession. */
export interface GuessRun {
  readonly start: number
  readonly minutes: { readonly number: number; readonly first: EventSample; last: number; count: number }[]
  last: number
  count: number
}

export const startRun = (time: number): GuessRun => ({ start: time, minutes: [], last: time, count: 0 })

export const addRefusal = (run: GuessRun, sample: EventSample): void => {
  run.count++
  run.last = sample.time
  const number = Math.floor(sample.time / minute)
  const latest = run.minutes.at(-1)
  if (latest && (latest.number === number || run.minutes.length === mostMinutes)) {
    latest.last = Math.max(latest.last, sample.time)
    latest.count++
  } else run.minutes.push({ number, first: keepSample(sample), last: sample.time, count: 1 })
}

/** Whether refusals that end with a request at this time are too many and too fast for people. */
export const isGuess = ({ start, last, count }: GuessRun, time: number): boolean =>
  count >= leastRefusals && last - start <= longestMeanPause * count && time - last <= longestPause

/** Returns the refusals, by minute, and the login that ends them. */
export const attemptsOf = ({ minutes }: GuessRun, login: EventSample, address: string): readonly WebAttempt[] => [
  ...failuresOf(minutes, address),
  loginOf(login, address),
]

/** Returns refusals as failed attempts; each item stands for as many as it counts. */
export const failuresOf = (
  refusals: readonly { readonly first: EventSample; readonly last?: number; readonly count: number }[],
  address: string,
): readonly WebAttempt[] =>
  refusals.map(({ first, last = first.time, count }) => ({
    sample: first,
    attempt: { action: 'login', address, success: false, user: undefined, times: count, lines: count, until: last },
  }))

/** Returns an answer as a successful attempt. */
export const loginOf = (login: EventSample, address: string): WebAttempt => {
  const name = login.fields?.['user.name']
  const user = typeof name === 'string' && name !== '' ? name : undefined
  return { sample: login, attempt: { action: 'login', address, success: true, user, times: 1, lines: 1 } }
}

/** Whether a path is that of a file that browsers load with a page. */
export const isPartOfPage = (path: string): boolean =>
  /\.(?:css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|webmanifest)$/i.test(path)
