import { percent } from '../units/number.ts'
import type { SessionFact } from './explain.ts'

/** Describes a reason in one sentence. Event IDs are quoted unchanged: they may be third-party text. */
export const sayFact = (fact: SessionFact): string => {
  switch (fact.kind) {
    case 'new-event':
      return `"${fact.event}" came ${times(fact.count)}; it was never seen before.`
    case 'extra-event':
      return `"${fact.event}" came ${times(fact.count)}; it is in ${percent(fact.share)} of the sessions, and not in those like this one.`
    case 'missing-event':
      return `"${fact.event}" is missing; it comes ${times(fact.usual)} in sessions like this one.`
    case 'odd-count':
      return `"${fact.event}" came ${times(fact.count)}; ${times(fact.usual)} is usual in sessions like this one.`
    case 'odd-start':
      return `The session begins with ${quote(fact.to)}, ${asIn(fact.share)}; most begin with ${quote(fact.usual)}.`
    case 'odd-end':
      return `The session ends after ${quote(fact.from)}, ${asIn(fact.share)}; ${quote(fact.usual)} mostly comes next.`
    case 'odd-transition':
      return `${quote(fact.to)} came right after ${quote(fact.from)}, ${asIn(fact.share)}; ${fact.usual === undefined ? 'the session mostly ends there' : `${quote(fact.usual)} mostly does`}.`
  }
}

const asIn = (share: number): string =>
  share === 0 ? 'as in no other session' : `as in ${percent(share)} of the sessions`
/** Undefined is an end of the session. */
const quote = (event: string | undefined): string => (event === undefined ? 'nothing' : `"${event}"`)
const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)
