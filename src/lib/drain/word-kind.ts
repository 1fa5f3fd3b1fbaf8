import { wildcard } from './mask.ts'

/**
 * Words in which two lines may not differ and still be the same template: outcomes and opposites. `login succeeded` and `login
 * failed` are one word apart and mean two things.
 */
const words = `
fail fails failure failures succeed succeeds success successful successfully error errors deny denies allow allows accept accepts
reject rejects refuse grant revoke valid invalid up down on off yes no not enable disable open opens close closes start starts stop stops
connect disconnect add remove create delete login logout logon logoff begin begins end ends enter exit leave lost found
debug info notice warn warning critical alert fatal emergency ok timeout normal abnormal unable cannot can missing unknown
mount unmount online offline active inactive primary secondary read write get set put post send receive sent before after first last
`

const opposites: ReadonlySet<string> = new Set(words.trim().split(/\s+/))

/** The kind of a word of a line, as far as it may differ between the lines of one template. */
export const plain = 0
/** Has a value in it. */
export const value = 1
/** Names the event: never a value. */
export const telling = 2
/** Spelt as names of things are, `cacheManager`, `disk_full`, `std::map`, and no word of prose. */
export const name = 3
/** Stands where a name is said to stand: `user eve`, `class Foo`, `from NEW to RUNNING`. */
export const named = 4
/** Has the look of a verb and may yet be a name, where others are known to stand: `queue billing`. */
export const verbal = 5
/** Ends with a colon, like the subject of a message, and like some values: `over quota for billing: 3 of 2`. */
export const labelling = 6
const kindMask = 7
/** Bits above: what the word ends with. */
const tails = ',.:;)]}>"\'!?='

/** Nouns that are followed by what they name. */
const namers = new Set(
  `user username host hostname node class account group package domain name named called by action`.trim().split(/\s+/),
)

const strip = /^[("'[{<]+|[,.:;)\]}>"'!?=]+$/g
const nameLook = /[a-z\d][A-Z]|[A-Za-z\d][_:@/\\.][A-Za-z\d]/
const isBracketed = /^[([<{][A-Za-z_.]+[)\]}>][,.;]?$/
const isEmptyPair = /^(?:\(\)|\[\]|\{\}|<>|""|'')[,.;:]?$/
/** A name with something about it in brackets: `root(uid=<*>)`, `java[<*>]`. */
const isDetailed = /^[A-Za-z][\w.-]*[([][^()[\]]*<\*>[^()[\]]*[)\]]\W*$/
/** `logrotate.service` says of whom the message is, `OutOfMemoryError` what happened. */
const isDotted = /^[\w@-]+\.[a-z]{2,}$/
const isVerb = /^[A-Z]?[a-z]{2,}(?:ed|ing)$/

/** Sorts the words of a masked line; each kind with the mark that its word ends with. Words of unequal marks are of unequal kinds. */
export const wordKinds = (words: readonly string[]): Uint8Array => {
  const kinds = new Uint8Array(words.length)
  let before = ''
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const tail = word.endsWith(wildcard) ? 0 : tails.indexOf(word.charAt(word.length - 1)) + 1
    const bare = word.replace(strip, '')
    kinds[at] = kindOf(words, at, bare, before) | (tail << 3)
    // `user=` names nobody: its value is empty.
    before = word.endsWith('=') ? '' : bare
  }
  return kinds
}

const kindOf = (words: readonly string[], at: number, bare: string, before: string): number => {
  const word = words[at] ?? ''
  if (word.includes(wildcard)) return isDetailed.test(word) && namers.has(before.toLowerCase()) ? named : partKind(word)
  if (isEmptyPair.test(word)) return value
  if (words[at - 1] === 'from' && words[at + 1] === 'to') return named
  if (words[at - 1] === 'to' && words[at - 3] === 'from') return named
  // `Failed password for root from 10.0.0.1`: any user.
  if (words[at - 1] === 'for' && (words[at + 1] === 'from' || words[at + 1] === 'by')) return named
  if (bare === '' || opposites.has(bare.toLowerCase())) return telling
  if (word.endsWith(':')) return isDotted.test(bare) ? name : labelling
  if (isVerb.test(bare) && !isBracketed.test(word)) return verbal
  if (namers.has(before.toLowerCase())) return named
  return nameLook.test(bare) ? name : plain
}

/** The context of the value: `uid=<*>` and `LOCAL(<*>)` name it, `web:<*>` may be the rest of a name. */
const partKind = (word: string): number => {
  const around = word.replaceAll(wildcard, '')
  if (!/[A-Za-z]/.test(around)) return value
  if (/^[\w.-]+=\W*$/.test(around)) return labelling
  return /^[\w.-]+[:/]/.test(around) || isDetailed.test(word) ? plain : telling
}

/** Whether two words may be the same slot of one template at the first sight of them. */
export const mayJoin = (a: number, b: number): boolean => {
  if (a >> 3 !== b >> 3) return false
  const mine = a & kindMask
  const other = b & kindMask
  if (isLikelyTelling(mine) || isLikelyTelling(other)) return false
  return mine === value || other === value || mine === named || other === named
}

const isLikelyTelling = (kind: number): boolean => kind === telling || kind === verbal || kind === labelling

/** Whether two words are likely to be values, where words vary much. */
export const mayVary = (a: number, b: number): boolean =>
  a >> 3 === b >> 3 && !isLikelyTelling(a & kindMask) && !isLikelyTelling(b & kindMask)

/** Whether two words may turn out to be values, when there are many more of them. */
export const mayDiffer = (a: number, b: number): boolean => mayHaveVaried(a, b) && mayHaveVaried(b, a)

/** The weight of a word as evidence that its position contains values: words that look like names of events count half. */
export const evidenceOf = (kind: number): number => (isLikelyTelling(kind & kindMask) ? 0.5 : 1)

/** Whether a word may turn out to have been a value all along, where its place is known to be one's. */
export const mayHaveVaried = (known: number, kind: number): boolean =>
  known >> 3 === kind >> 3 && (kind & kindMask) !== telling

/** Whether a word never varies. */
export const isTelling = (kind: number): boolean => (kind & kindMask) === telling

/** The mark that a word ends with, as a number. */
export const markOf = (kind: number): number => kind >> 3

export const isWord = (kind: number): boolean => (kind & kindMask) !== value

export const isNamed = (kind: number): boolean => (kind & kindMask) === named

export const isName = (kind: number): boolean => (kind & kindMask) === name

/** The kind of a word that has become a value. */
export const asValue = (kind: number): number => (kind & ~kindMask) | value
