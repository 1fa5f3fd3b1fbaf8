import { type Address, formatAddress, parseAddress } from '../address/address.ts'
import { toDomain, toUrl } from '../observables/canonical.ts'
import { addToHash, emptyHash, lowerCaseCode, type ValueTable } from './value-table.ts'

/** The queries of a scan to the index. */
export interface Scanned {
  readonly values: ValueTable
  isDomain(number: number): boolean
  /** Finds the range of an address; undefined if there are no ranges. */
  readonly ranges: ((address: Address) => number) | undefined
  /** Whether links to the host with this hash are known. */
  leadsToLink(hash: number): boolean
  /** Receives the findings, possibly more than once. */
  take(number: number): void
}

const letter = 1
const digit = 2
const dot = 4
const colon = 8
const at = 16
const dash = 32
const hex = 64

const kinds = new Uint8Array(128)
for (let code = 97; code <= 122; code++) kinds[code] = kinds[code - 32] = code <= 102 ? letter | hex : letter
for (let code = 48; code <= 57; code++) kinds[code] = digit | hex
kinds[46] = dot
kinds[58] = colon
kinds[64] = at
kinds[43] = kinds[45] = kinds[95] = dash // `+`, as in the names of mailboxes

/**
 * Looks up every word of a text that may be an address, a name, a hash, a mail address or the host of a link, and links to hosts with known
 * links. Words are hashed in place; nothing is copied until something is found. Linear in the text.
 */
export const scanText = (text: string, scanned: Scanned): void => {
  const length = text.length
  let start = 0
  let seen = 0
  let plain = true
  let linkEnd = 0
  for (let i = 0; i <= length; i++) {
    const code = i < length ? text.charCodeAt(i) : 32
    // Beyond ASCII, any character may be part of a name.
    const kind = code < 128 ? (kinds[code] ?? 0) : letter
    if (kind !== 0) {
      if (code >= 128) plain = false
      seen |= kind & hex ? kind : kind | 256
      continue
    }
    if (i - start >= 4) {
      if (plain) readWord(text, start, i, seen, scanned)
      else readForeignWord(text, start, i, scanned)
      // `https://evil.example/…`: the host is looked up as a word of its own; the rest of the link contains no other one.
      if (code === 47 && text.charCodeAt(i - 1) === 58 && text.charCodeAt(i + 1) === 47 && i >= linkEnd) {
        linkEnd = readLink(text, start, i, scanned)
      }
    }
    start = i + 1
    seen = 0
    plain = true
  }
}

const readWord = (text: string, start: number, end: number, seen: number, scanned: Scanned): void => {
  if (seen & colon) readParts(text, start, end, scanned)
  else if (seen & at) readMail(text, start, end, scanned)
  else if (seen & dot) readName(text, start, end, scanned)
  else if (isHashLength(end - start) && !(seen & 256)) lookUp(text, start, end, scanned)
}

const isHashLength = (length: number): boolean => length === 32 || length === 40 || length === 64 || length === 128

/** `a@evil.example`: the whole, then the part after the @, which is a name. */
const readMail = (text: string, start: number, end: number, scanned: Scanned): void => {
  const [first, last] = trimmed(text, start, end)
  lookUp(text, first, last, scanned)
  let sign = last - 1
  while (sign > first && text.charCodeAt(sign) !== 64) sign--
  readName(text, sign + 1, last, scanned)
}

/** A word with colons: an address of version 6, or several words. */
const readParts = (text: string, start: number, end: number, scanned: Scanned): void => {
  let colons = 0
  let double = false
  let from = start
  for (let i = start; i <= end; i++) {
    if (i < end && text.charCodeAt(i) !== 58) continue
    if (i < end) {
      colons++
      double ||= text.charCodeAt(i + 1) === 58
    }
    if (i - from >= 4) readPart(text, from, i, scanned)
    from = i + 1
  }
  if (colons >= 2 && end - start <= 60 && (double || colons >= 6)) {
    const address = parseAddress(text.slice(start, end)) ?? parseAddress(text.slice(start, end).replace(/:$/, ''))
    if (address) lookUpAddress(address, scanned)
  }
}

const readPart = (text: string, start: number, end: number, scanned: Scanned): void => {
  let seen = 0
  for (let i = start; i < end; i++) {
    const kind = kinds[text.charCodeAt(i)] ?? 0
    seen |= kind & hex ? kind : kind | 256
  }
  readWord(text, start, end, seen, scanned)
}

/** Looks up a dotted word and all its parent domains, in one pass from its end. */
const readName = (text: string, start: number, end: number, scanned: Scanned): void => {
  const [first, last] = trimmed(text, start, end)
  const { values } = scanned
  let hash = emptyHash
  let dots = 0
  for (let i = last - 1; i >= first; i--) {
    const code = lowerCaseCode(text.charCodeAt(i))
    if (code === 46) {
      if (dots > 0) {
        const number = values.findPart(text, i + 1, last, hash, true)
        if (number >= 0 && scanned.isDomain(number)) scanned.take(number)
      }
      dots++
    }
    hash = addToHash(hash, code)
  }
  if (dots === 0) return
  const number = values.findPart(text, first, last, hash, true)
  if (number >= 0) scanned.take(number)
  if (scanned.ranges && dots === 3 && last - first <= 15 && isDigit(text.charCodeAt(last - 1))) {
    const address = parseAddress(text.slice(first, last))
    if (address) scanned.take(scanned.ranges(address))
  }
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

const lookUp = (text: string, start: number, end: number, { values, take }: Scanned): void => {
  let hash = emptyHash
  for (let i = end - 1; i >= start; i--) hash = addToHash(hash, lowerCaseCode(text.charCodeAt(i)))
  const number = values.findPart(text, start, end, hash, true)
  if (number >= 0) take(number)
}

const lookUpAddress = (address: Address, { values, ranges, take }: Scanned): void => {
  const number = values.find(formatAddress(address))
  if (number >= 0) take(number)
  if (ranges) take(ranges(address))
}

const foreignLimit = 300

/** A word in other scripts: spelt in ASCII first. */
const readForeignWord = (text: string, start: number, end: number, { values, isDomain, take }: Scanned): void => {
  if (end - start > foreignLimit) return
  let name = toDomain(text.slice(start, end))
  while (name !== undefined) {
    const number = values.find(name)
    if (number >= 0 && isDomain(number)) take(number)
    const next = name.indexOf('.')
    name = next < 0 ? undefined : name.slice(next + 1)
  }
}

const longestLink = 2000
const afterLink = /[\s"'<>`\\^{}|]/g

/** Looks up a link if links to its host are known; returns the position after the read part. */
const readLink = (text: string, start: number, end: number, scanned: Scanned): number => {
  const host = end + 2
  let hostEnd = host
  while (hostEnd < text.length && (kinds[text.charCodeAt(hostEnd)] ?? 0) & ~(colon | at)) hostEnd++
  let hash = emptyHash
  for (let i = hostEnd - 1; i >= host; i--) hash = addToHash(hash, lowerCaseCode(text.charCodeAt(i)))
  // An address of version 6, or credentials before the host: rare enough to be spelt out.
  const next = text[hostEnd]
  if (!scanned.leadsToLink(hash) && next !== '[' && next !== '@' && next !== ':') return hostEnd
  afterLink.lastIndex = host
  const stop = afterLink.exec(text.slice(0, host + longestLink))?.index ?? Math.min(text.length, host + longestLink)
  const scheme = Math.max(start, end - 6)
  const written = text.slice(scheme, stop).replace(/^[^a-z]*/i, '')
  for (const piece of [written, written.replace(/[.,;:!?)\]]+$/, '')]) {
    const url = toUrl(piece)
    const number = url === undefined ? -1 : scanned.values.find(url)
    if (number >= 0) scanned.take(number)
  }
  return stop
}

const trimmed = (text: string, start: number, end: number): readonly [number, number] => {
  let first = start
  let last = end
  while (first < last && isEdge(text.charCodeAt(first))) first++
  while (last > first && isEdge(text.charCodeAt(last - 1))) last--
  return [first, last]
}

/** A dot, a dash, an underscore, a colon. */
const isEdge = (code: number): boolean => code === 46 || code === 45 || code === 95 || code === 58
