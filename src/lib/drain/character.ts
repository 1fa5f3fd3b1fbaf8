/** Classes of characters, by which a line is read. */
export const mark = 0
export const space = 1
export const digit = 2
export const letter = 3
/** Characters that hold a value together: `10.0.0.1:80`, `blk_-42`, `a@b`. */
export const joiner = 4
export const slash = 5
export const equals = 6
export const quoteClass = 7

/** Brackets, commas and all other characters are marks: the template contains them as they are. */
export const classes = new Uint8Array(65_536).fill(letter)
const assign = (kind: number, characters: string): void => {
  for (const character of characters) classes[character.charCodeAt(0)] = kind
}
classes.fill(mark, 0, 128)
classes.fill(space, 0, 33)
assign(digit, '0123456789')
assign(letter, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$')
assign(joiner, '.-_:@+%#~')
assign(slash, '/\\')
assign(equals, '=')
assign(quoteClass, '"\'`')

const blank = 32
const closingRound = 41
const equalsSign = 61
export const comma = 44
export const dot = 46
export const colon = 58
export const semicolon = 59
export const bar = 124
export const curly = 123
export const less = 60
export const percentSign = 37
export const greater = 62
export const star = 42
export const question = 63
export const atSign = 64
export const backslash = 92
/** Quotes names in prose and in SQL, and no keys. */
const backtick = 96

/** The end of a quotation, or of a bracket in a value, is looked for this far. */
const maxEnclosed = 256

export const isDigit = (code: number | undefined): boolean => code !== undefined && code >= 48 && code <= 57

/** Whether the token behind `key=` and a blank is its value, and not the next key. */
export const isPlainValue = (codes: Uint16Array, start: number): boolean => {
  for (let at = start; ; at++) {
    const kind = classes[codes[at] ?? 0]
    if (kind === space) return true
    if (kind === equals) return false
  }
}

/** Whether a key ends before `end` whose value is behind the blank: `'mode': fast`, or `mode= fast, user= eve` with a comma. */
export const endsKey = (codes: Uint16Array, end: number): boolean => {
  if (codes[end - 1] === colon) {
    const before = codes[end - 2] ?? 0
    return classes[before] === quoteClass && before !== backtick
  }
  if (codes[end - 1] !== equalsSign) return false
  let at = end
  while (codes[at] === blank) at++
  const from = at
  while (classes[codes[at] ?? blank] !== space) at++
  return at > from && codes[at - 1] === comma
}

/** Whether a key and its sign begin at `from`: `b=`, `b:`. */
export const startsKey = (codes: Uint16Array, from: number): boolean => {
  let at = from
  while (classes[codes[at] ?? blank] === letter || codes[at] === dot || codes[at] === 95) at++
  const code = codes[at]
  return at === from || code === equalsSign || code === colon
}

/** Where the query of an address ends that begins at `from`: at the next blank, quote or closing bracket. */
export const endOfQuery = (codes: Uint16Array, from: number): number => {
  let at = from
  for (;;) {
    const code = codes[at] ?? blank
    const kind = classes[code]
    if (kind === space || kind === quoteClass || code === comma || code === closingRound || code === greater) return at
    at++
  }
}

/** An apostrophe within a word is none. */
export const opensQuote = (before: number): boolean => {
  const kind = classes[before]
  return kind === mark || kind === equals || before === colon
}

/** Where a quotation ends, when it does: nearby, on this line, and not as the key of a JSON object. */
export const closingQuote = (codes: Uint16Array, open: number, code: number, length: number): number => {
  const far = Math.min(length, open + maxEnclosed)
  for (let at = open + 1; at < far; at++) {
    const here = codes[at]
    if (here === backslash) at++
    else if (here === code) return codes[at + 1] === colon && code !== backtick ? -1 : at
  }
  return -1
}

const round = 40
const square = 91

export const isClosing = (code: number | undefined): boolean => code === 41 || code === 93 || code === 125

/** Whether two brackets are of one kind. */
export const isPair = (open: number | undefined, close: number | undefined): boolean =>
  (open === round && close === 41) || ((open === square || open === curly) && close === open + 2)

export const opening = (code: number): boolean => code === round || code === square || code === curly

/** Where the bracket at `open` is closed again, when that is nearby and, but for curly ones, before the next blank; -1 otherwise. */
export const closingBracket = (codes: Uint16Array, open: number, length: number): number => {
  let depth = 0
  const far = Math.min(length, open + maxEnclosed)
  for (let at = open; at < far; at++) {
    const code = codes[at] ?? 0
    if (classes[code] === space && codes[open] !== curly) return -1
    if (opening(code)) depth++
    else if (code === 41 || code === 93 || code === 125) {
      depth--
      if (depth === 0) return at
    }
  }
  return -1
}
