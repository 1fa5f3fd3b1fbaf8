import type { Draft } from '../draft.ts'
import { setAddress, toPort } from '../fields/address.ts'
import { wordAt } from '../fields/key-values.ts'
import { shareWord } from '../fields/recurring-words.ts'

/** The beginning of a message, with its category, action and outcome, and a parser for the rest. */
type Phrase = readonly [
  starts: string,
  category: string,
  action: string,
  outcome?: 'success' | 'failure' | undefined,
  read?: (rest: string, fields: Draft) => void,
]

/** Phrases by their first character, in order of precedence. */
export type Phrases = ReadonlyMap<number, readonly Phrase[]>

export const toPhrases = (list: readonly Phrase[]): Phrases => Map.groupBy(list, ([starts]) => starts.charCodeAt(0))

/** Finds the phrase at the start of a message and sets its fields. Returns false without a match. */
export const readKnownPhrase = (phrases: Phrases, message: string, at: number, fields: Draft): boolean => {
  const list = phrases.get(message.charCodeAt(at))
  if (list === undefined) return false
  for (const phrase of list) {
    if (!message.startsWith(phrase[0], at)) continue
    const [starts, category, action, outcome, read] = phrase
    fields['event.category'] ??= category
    fields['event.action'] ??= action
    if (outcome) fields['event.outcome'] ??= outcome
    read?.(message.slice(at + starts.length), fields)
    return true
  }
  return false
}

/** Sets a user name, unless it is empty or masked. */
export const setUser = (fields: Draft, name: string, field = 'user.name'): void => {
  let user = name.trim()
  if (user.length > 1 && (user.startsWith("'") || user.startsWith('"') || user.startsWith('<')))
    user = user.slice(1, -1)
  if (user === '' || user === '-' || user.length > 256) return
  // V8 finds a constant name sooner.
  if (field === 'user.name') fields['user.name'] ??= shareWord(user)
  else fields[field] ??= shareWord(user)
}

/** `1.2.3.4 port 22 …`, `1.2.3.4: 11: …`, `[1.2.3.4]` */
export const readPeer = (text: string, fields: Draft): void => {
  let word = wordAt(text, 0)
  const port = text.startsWith(' port ', word.length) ? wordAt(text, word.length + 6) : ''
  if (word.endsWith(':') || word.endsWith('.')) word = word.slice(0, -1)
  // A word without a dot is no host ("closed by remote host").
  if (!word.includes('.') && !word.includes(':') && word !== 'localhost') return
  if (!setAddress(fields, 'source', word)) return
  const number = toPort(beforeColon(port))
  if (number !== undefined) fields['source.port'] ??= number
}

/**
 * Finds the last ` from ` before an address and a port, else the last one: a name may contain spaces, and so may what a client says of
 * itself after its address, both of which an attacker chooses.
 */
const lastPeer = (text: string): number => {
  const last = text.lastIndexOf(' from ')
  for (let at = last; at >= 0; at = at === 0 ? -1 : text.lastIndexOf(' from ', at - 1)) {
    const end = text.indexOf(' ', at + 6)
    if (end > 0 && text.startsWith(' port ', end)) return at
  }
  return last
}

/** `alice from 1.2.3.4 port 22 ssh2`, `invalid user  from 1.2.3.4`. */
export const readUserFrom = (text: string, fields: Draft): void => {
  let at = 0
  if (text.startsWith('invalid user ') || text.startsWith('illegal user ')) {
    fields['event.reason'] ??= 'invalid user'
    at = 13
  }
  const from = lastPeer(text)
  if (from < 0) {
    setUser(fields, wordAt(text, at))
    return
  }
  if (from > at) setUser(fields, text.slice(at, from))
  readPeer(text.slice(from + 6), fields)
}

/** `invalid user alice 1.2.3.4 port 22 [preauth]`, `user alice 1.2.3.4 port 22`, `1.2.3.4 port 22`, `1.2.3.4 [preauth]` */
export const readUserAtPeer = (text: string, fields: Draft): void => {
  let at = 0
  for (const lead of ['invalid user ', 'illegal user ', 'authenticating user ', 'user ']) {
    if (!text.startsWith(lead)) continue
    if (lead.startsWith('i')) fields['event.reason'] ??= 'invalid user'
    at = lead.length
    break
  }
  if (at === 0) {
    readPeer(text, fields)
    return
  }
  const port = text.lastIndexOf(' port ')
  const end = port > at ? port : text.endsWith(' [preauth]') ? text.length - 10 : text.length
  const blank = text.lastIndexOf(' ', end - 1)
  if (blank < at - 1) return
  setUser(fields, text.slice(at, Math.max(blank, at)))
  readPeer(text.slice(blank + 1), fields)
}

/** A user name alone: `alice [preauth]`. */
export const readUser = (text: string, fields: Draft): void => {
  const name = wordAt(text, 0)
  setUser(fields, name.endsWith('.') || name.endsWith(':') ? name.slice(0, -1) : name)
}

const beforeColon = (text: string): string => {
  const colon = text.indexOf(':')
  return colon < 0 ? text : text.slice(0, colon)
}
