/**
 * The estimated cost of a set of texts: the lower, the rarer they are. A single letter occurs in nearly every value, so it costs more than
 * many words.
 */
const costOf = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + 4 ** Math.max(0, 6 - text.length), 0)

/** A part of an expression whose letters cannot be known from reading it. */
class Unreadable extends Error {}

/**
 * Texts of which every match of a regular expression (RE2's syntax) holds at least one, in lower case; undefined when none are sure.
 * Of what must follow one another the rarest counts, of alternatives all. Reads what is plainly there and gives up on the rest. Does without
 * `common` texts. O(n).
 */
export const textsOfRegex = (source: string, common: readonly string[] = []): readonly string[] | undefined => {
  try {
    return readAlternatives({ source, at: 0, common }, 0)
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

interface Cursor {
  readonly source: string
  at: number
  readonly common: readonly string[]
}

const deepest = 50

const readAlternatives = (cursor: Cursor, depth: number): readonly string[] | undefined => {
  if (depth > deepest) throw new Unreadable()
  const branches = [readBranch(cursor, depth)]
  while (cursor.source[cursor.at] === '|') {
    cursor.at++
    branches.push(readBranch(cursor, depth))
  }
  const texts = branches.flatMap((branch) => branch ?? [])
  return branches.some((branch) => branch === undefined) ? undefined : [...new Set(texts)]
}

const readBranch = (cursor: Cursor, depth: number): readonly string[] | undefined => {
  let best: readonly string[] | undefined
  let run = ''
  const offer = (texts: readonly string[] | undefined): void => {
    if (!texts || texts.some((text) => cursor.common.includes(text))) return
    if (best === undefined || costOf(texts) < costOf(best)) best = texts
  }
  const close = (): void => {
    if (run !== '' && /^[\x20-\x7e]*$/.test(run)) offer([run.toLowerCase()])
    run = ''
  }
  while (cursor.at < cursor.source.length) {
    const letter = cursor.source[cursor.at]
    if (letter === '|' || letter === ')') break
    const item = readItem(cursor, depth)
    const times = readTimes(cursor)
    if (item.letter === undefined) {
      close()
      if (times > 0) offer(item.texts)
    } else if (times === 0) {
      close()
    } else {
      run += item.letter
      if (times > 1) close()
    }
  }
  close()
  return best
}

interface Item {
  /** One letter that stands for itself. */
  readonly letter?: string
  /** The certain texts of a group. */
  readonly texts?: readonly string[] | undefined
}

const readItem = (cursor: Cursor, depth: number): Item => {
  const { source } = cursor
  const letter = source[cursor.at] ?? ''
  cursor.at++
  switch (letter) {
    case '(':
      return readGroup(cursor, depth)
    case '[':
      cursor.at = endOfClass(source, cursor.at)
      return {}
    case '\\':
      return readEscape(cursor)
    case '.':
    case '^':
    case '$':
      return {}
    default:
      return { letter }
  }
}

const readGroup = (cursor: Cursor, depth: number): Item => {
  const opening = /^\?(?:[a-zA-Z-]*:|P?<\w+>|[a-zA-Z-]+(?=\)))/.exec(cursor.source.slice(cursor.at, cursor.at + 100))
  if (opening) cursor.at += opening[0].length
  const texts = readAlternatives(cursor, depth + 1)
  if (cursor.source[cursor.at] !== ')') throw new Unreadable()
  cursor.at++
  return { texts }
}

const readEscape = (cursor: Cursor): Item => {
  const letter = cursor.source[cursor.at] ?? ''
  cursor.at++
  if (/[dwsbDWSBAzrntvfa]/.test(letter)) return {}
  if (/\w/.test(letter) || letter === '') throw new Unreadable()
  return { letter }
}

/** The least number of repetitions of the item before: 0, 1, or 2 for more than once or unknown. */
const readTimes = (cursor: Cursor): 0 | 1 | 2 => {
  const quantifier = /^(?:[*+?]|\{(\d*)(?:,\d*)?\})\??/.exec(cursor.source.slice(cursor.at, cursor.at + 20))
  if (!quantifier) return 1
  cursor.at += quantifier[0].length
  const [whole, least] = quantifier
  if (whole.startsWith('+')) return 2
  return least !== undefined && Number(least) > 0 ? 2 : 0
}

const endOfClass = (source: string, start: number): number => {
  let at = start
  if (source[at] === '^') at++
  if (source[at] === ']') at++
  while (at < source.length && source[at] !== ']') {
    // `[[:alpha:]]` holds a class of its own.
    const named = source.startsWith('[:', at) ? source.indexOf(':]', at) : -1
    at = named > 0 ? named + 2 : at + (source[at] === '\\' ? 2 : 1)
  }
  return at + 1
}
