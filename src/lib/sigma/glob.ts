/** A text with wildcards: literal pieces between `*`, in which `?` stands as `any`. */
export interface Glob {
  /** As written. */
  readonly source: string
  /** Between each two of them, anything may stand. */
  readonly pieces: readonly (readonly (string | typeof any)[])[]
}

/** One character, whatever it is. */
export const any = { wild: 'one' } as const

/** The longest text that every match holds; empty when there is none. */
export const literalOf = ({ pieces }: Glob): string =>
  pieces
    .flat()
    .reduce<string>((best, part) => (typeof part === 'string' && part.length > best.length ? part : best), '')

/**
 * Whether a whole text is like a pattern. The first and the last piece are tied to the ends; each other one is looked for from where
 * the one before ended, and the leftmost place is as good as any, so nothing is tried twice: O(text × longest piece).
 */
export const matchesGlob = ({ pieces }: Glob, text: string): boolean => {
  const first = pieces[0] ?? []
  const last = pieces.at(-1) ?? []
  if (!standsAt(text, 0, first)) return false
  if (pieces.length === 1) return lengthOf(first) === text.length
  let at = lengthOf(first)
  for (let index = 1; index < pieces.length - 1; index++) {
    const found = findPiece(text, at, pieces[index] ?? [])
    if (found < 0) return false
    at = found + lengthOf(pieces[index] ?? [])
  }
  const start = text.length - lengthOf(last)
  return start >= at && standsAt(text, start, last)
}

const lengthOf = (piece: Glob['pieces'][number]): number =>
  piece.reduce<number>((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0)

const standsAt = (text: string, start: number, piece: Glob['pieces'][number]): boolean => {
  let at = start
  for (const part of piece) {
    if (typeof part === 'string') {
      if (!text.startsWith(part, at)) return false
      at += part.length
    } else {
      at += 1
    }
  }
  return at <= text.length
}

const findPiece = (text: string, from: number, piece: Glob['pieces'][number]): number => {
  const lead = piece.findIndex((part) => typeof part === 'string')
  const part = piece[lead]
  const end = text.length - lengthOf(piece)
  if (typeof part !== 'string') return from <= end ? from : -1
  for (let at = text.indexOf(part, from + lead); at >= 0; at = text.indexOf(part, at + 1)) {
    if (at - lead > end) return -1
    if (standsAt(text, at - lead, piece)) return at - lead
  }
  return -1
}
