/** A text with wildcards: literal parts between `*`, with `?` as `any`. */
export interface Glob {
  /** As written. */
  readonly source: string
  /** Between each two of them, anything may stand. */
  readonly pieces: readonly (readonly (string | typeof anyCharacter)[])[]
}

/** One character, whatever it is. */
export const anyCharacter = { wild: 'one' } as const

/** The longest text that every match holds; empty when there is none. */
export const literalOf = ({ pieces }: Glob): string =>
  pieces
    .flat()
    .reduce<string>((best, part) => (typeof part === 'string' && part.length > best.length ? part : best), '')

/**
 * Whether a whole text matches a pattern. The first and the last run are tied to the ends; each other one is searched from the end of the
 * one before, and the leftmost match is as good as any, so nothing is tried twice: O(text × longest run).
 */
export const matchesGlob = ({ pieces }: Glob, text: string): boolean => {
  let at = forwards(text, 0, pieces[0] ?? [], 0)
  if (pieces.length === 1) return at === text.length
  for (let index = 1; index < pieces.length - 1 && at >= 0; index++) at = endOfNext(text, at, pieces[index] ?? [])
  const last = pieces.at(-1) ?? []
  return at >= 0 && backwards(text, text.length, last, last.length) >= at
}

type Piece = Glob['pieces'][number]

/** The end of a run, from its part `first` on, that starts at a place; -1 when it does not match there. */
const forwards = (text: string, start: number, piece: Piece, first: number): number => {
  let at = start
  for (let index = first; index < piece.length; index++) {
    const part = piece[index]
    if (typeof part === 'string') {
      if (!text.startsWith(part, at)) return -1
      at += part.length
    } else {
      if (at >= text.length) return -1
      at += isPair(text, at) ? 2 : 1
    }
  }
  return at
}

/** The start of the first `count` parts of a run that end at a place; -1 when they do not match there. */
const backwards = (text: string, end: number, piece: Piece, count: number): number => {
  let at = end
  for (let index = count - 1; index >= 0; index--) {
    const part = piece[index]
    if (typeof part === 'string') {
      if (at < part.length || !text.endsWith(part, at)) return -1
      at -= part.length
    } else {
      if (at <= 0) return -1
      at -= isPair(text, at - 2) ? 2 : 1
    }
  }
  return at
}

/** The end of the leftmost match of a run that does not start before `from`; -1 when there is none. */
const endOfNext = (text: string, from: number, piece: Piece): number => {
  const lead = piece.findIndex((part) => typeof part === 'string')
  const part = piece[lead]
  if (typeof part !== 'string') return forwards(text, from, piece, 0)
  for (let at = text.indexOf(part, from); at >= 0; at = text.indexOf(part, at + 1)) {
    if (backwards(text, at, piece, lead) < from) continue
    const end = forwards(text, at, piece, lead)
    if (end >= 0) return end
  }
  return -1
}

/** Whether one character takes two units of the text. */
const isPair = (text: string, at: number): boolean => (text.codePointAt(at) ?? 0) > 0xffff
