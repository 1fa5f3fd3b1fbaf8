/** About 8,000 tokens, half of them for the document and half for its text. */
const mostChars = 14_000
const mostLine = 400

/** A line that somebody else wrote: data, never instructions. */
export interface UntrustedText {
  readonly id: string
  readonly text: string
  readonly untrusted: true
}

/** Makes a log line harmless to show: control characters escaped, cut. */
export const untrusted = (id: string, line: string): UntrustedText => ({ id, text: harmless(line), untrusted: true })

const harmless = (line: string): string => {
  const escaped = line
    .slice(0, mostLine)
    // Control characters, and those that turn or hide text.
    .replace(
      /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
      (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
    )
  return line.length > mostLine ? `${escaped}…` : escaped
}

/** Keeps as many items as fit; tells how many were left out. At least one stays. */
export const keepFitting = <Item>(
  items: readonly Item[],
  chars = mostChars,
): { readonly items: readonly Item[]; readonly omitted: number } => {
  let size = 0
  const kept = items.findIndex((item, index) => {
    size += JSON.stringify(item).length
    return index > 0 && size > chars
  })
  return kept === -1 ? { items, omitted: 0 } : { items: items.slice(0, kept), omitted: items.length - kept }
}

/** Says what was left out, and how to see it. */
export const omittedLine = (omitted: number, narrow: string): string =>
  omitted > 0 ? `\n${omitted} more were left out to stay short: ${narrow}.` : ''
