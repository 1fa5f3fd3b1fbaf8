/** A part of a text, from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

export const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end

export const contains = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end

/** Finds all non-empty matches of a global pattern, or of its group `value` if that matched. */
export const spansOf = (text: string, pattern: RegExp): Span[] => {
  const spans: Span[] = []
  for (const match of text.matchAll(pattern)) {
    const [whole] = match
    const value = match.groups?.value
    const start = match.index + (value === undefined ? 0 : whole.lastIndexOf(value))
    const length = (value ?? whole).length
    if (length > 0) spans.push({ start, end: start + length })
  }
  return spans
}
