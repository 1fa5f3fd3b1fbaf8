/** `*` matches any run of characters, `?` exactly one; everything else is literal text. */
export type Piece = string | { readonly wild: '*' | '?' }

/** The part of a pattern between two `*`: literal runs, and gaps of so many single characters (`?`). */
type Segment = readonly (string | number)[]

/**
 * Compiles a pattern into a test of lower-case text. Anchored patterns cover the whole text, others any part of it.
 *
 * Each segment between two `*` is looked for once, leftmost, and never tried again: no backtracking, so at most
 * text length × longest segment steps, whatever the pattern. Leftmost is right because a `*` takes what is left over.
 */
export const compileWildcard = (pieces: readonly Piece[], anchored: boolean): ((text: string) => boolean) => {
  const segments = toSegments(pieces)
  const first = segments[0] ?? []
  const last = segments.at(-1) ?? []
  if (!anchored) return (text) => findAll(segments, text, 0, text.length) >= 0
  if (segments.length === 1) return (text) => text.length === lengthOf(first) && fits(first, text, 0)
  const middle = segments.slice(1, -1)
  const firstLength = lengthOf(first)
  const lastLength = lengthOf(last)
  return (text) => {
    const end = text.length - lastLength
    if (end < firstLength || !fits(first, text, 0) || !fits(last, text, end)) return false
    return findAll(middle, text, firstLength, end) >= 0
  }
}

/** Lists the literal runs of a pattern, which every matching text contains. */
export const literalsOf = (pieces: readonly Piece[]): readonly string[] =>
  pieces.filter((piece): piece is string => typeof piece === 'string' && piece !== '')

const toSegments = (pieces: readonly Piece[]): readonly Segment[] => {
  const segments: (string | number)[][] = [[]]
  for (const piece of pieces) {
    const segment = segments.at(-1) ?? []
    if (typeof piece === 'string') {
      segment.push(piece.toLowerCase())
    } else if (piece.wild === '*') {
      segments.push([])
    } else {
      const before = segment.at(-1)
      if (typeof before === 'number') segment[segment.length - 1] = before + 1
      else segment.push(1)
    }
  }
  return segments
}

const lengthOf = (segment: Segment): number =>
  segment.reduce<number>((sum, part) => sum + (typeof part === 'number' ? part : part.length), 0)

const fits = (segment: Segment, text: string, at: number): boolean => {
  let position = at
  for (const part of segment) {
    if (typeof part === 'number') {
      position += part
    } else {
      if (!text.startsWith(part, position)) return false
      position += part.length
    }
  }
  return position <= text.length
}

/** Finds the segments one after the other; returns the end of the last, or -1. */
const findAll = (segments: readonly Segment[], text: string, from: number, end: number): number => {
  let position = from
  for (const segment of segments) {
    position = find(segment, text, position, end)
    if (position < 0) return -1
  }
  return position
}

const find = (segment: Segment, text: string, from: number, end: number): number => {
  const length = lengthOf(segment)
  const [head, second] = segment
  const gap = typeof head === 'number' ? head : 0
  const anchor = typeof head === 'string' ? head : typeof second === 'string' ? second : ''
  for (let at = from; at + length <= end; at += 1) {
    const found = text.indexOf(anchor, at + gap)
    if (found < 0) return -1
    at = found - gap
    if (at + length > end) return -1
    if (fits(segment, text, at)) return at + length
  }
  return -1
}
