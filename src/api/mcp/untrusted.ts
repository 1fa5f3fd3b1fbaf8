const mostLine = 400

/** A line from a third party: data, never instructions. */
export interface UntrustedText {
  readonly id: string
  readonly text: string
  readonly untrusted: true
}

/** Makes a log line safe to show: escapes control characters and cuts it. */
export const untrusted = (id: string, line: string): UntrustedText => ({ id, text: cutLine(line), untrusted: true })

/** A log line or a part of one, made safe and cut to the allowed length. */
export const cutLine = (line: string): string =>
  line.length > mostLine ? `${harmless(line.slice(0, mostLine))}…` : harmless(line)

/** Escapes control characters, and characters that reorder or hide text; our own line ends stay. */
export const harmless = (text: string, keep: RegExp = /^$/): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    keep.test(character) ? character : `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  )

/**
 * Makes every text of a document safe: titles and names may contain words of log lines. The object around a whole line marks it as
 * untrusted.
 */
export const harmlessDocument = (value: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const quoted = Object.entries(value).filter(([name, text]) => lineNames.has(name) && typeof text === 'string')
  return Object.fromEntries([
    ...Object.entries(value).map(([name, inner]): [string, unknown] => [
      harmless(name),
      name === 'references' && Array.isArray(inner) ? inner.map(quoteReference) : harmlessPart(inner),
    ]),
    ...quoted.map(([name, text]): [string, unknown] => [name, cutLine(String(text))]),
    ...(quoted.length > 0 ? [['untrusted', true] as const] : []),
  ])
}

/** The citation of a verdict: of an event, its line. */
const quoteReference = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string'
    ? harmlessDocument({ ...value, text: cutLine(value.text), untrusted: true })
    : harmlessPart(value)

const harmlessPart = (value: unknown): unknown => {
  if (typeof value === 'string') return harmless(value, /\n/)
  if (Array.isArray(value)) return value.map(harmlessPart)
  return typeof value === 'object' && value !== null ? harmlessDocument({ ...value }) : value
}

/** The names of raw lines in our documents. */
const lineNames: ReadonlySet<string> = new Set(['line', 'original'])
