import type { PatternPart, WildcardPattern } from '../text/pattern.ts'
import { readWildcardPattern } from '../text/pattern.ts'
import { escapeRegex } from '../text/regex.ts'
import { Refusal } from './refusal.ts'
import type { Value } from './value.ts'

/** The values of `%name%`; each may hold wildcards. */
export type Placeholders = ReadonlyMap<string, readonly string[]>

const placeholder = /(?<!\\)%(\w+)%/

/** Fills the placeholders of a pattern: one pattern for each combination. A placeholder without values stays one. */
export const expandPattern = (
  pattern: WildcardPattern,
  placeholders: Placeholders | undefined,
  path: readonly string[],
): WildcardPattern[] =>
  pattern.reduce<PatternPart[][]>(
    (patterns, part) => {
      const ways = typeof part === 'string' ? expandText(part, placeholders) : [[part]]
      if (patterns.length * ways.length > mostWays) {
        throw new Refusal('too-many-values', `The placeholders stand for more than ${mostWays} combinations.`, path)
      }
      return patterns.flatMap((before) => ways.map((way) => [...before, ...way]))
    },
    [[]],
  )

const mostWays = 10_000

const expandText = (text: string, placeholders: Placeholders | undefined): PatternPart[][] => {
  const match = placeholder.exec(text)
  if (!match) return [[unescaped(text)]]
  const before = unescaped(text.slice(0, match.index))
  const name = match[1] ?? ''
  const values: readonly (readonly PatternPart[])[] = placeholders?.get(name)?.map(readWildcardPattern) ?? [
    [{ placeholder: name }],
  ]
  const after = expandText(text.slice(match.index + match[0].length), placeholders)
  return values.flatMap((value) => after.map((rest) => [before, ...value, ...rest]))
}

const unescaped = (text: string): string => text.replaceAll('\\%', '%')

/** Fills the placeholders of a regular expression with alternatives. */
export const expandRegex = (
  value: Extract<Value, { type: 'regex' }>,
  placeholders: Placeholders | undefined,
): Value => {
  let missing: string | undefined
  const source = value.source.replace(new RegExp(placeholder, 'g'), (whole, name: string) => {
    const values = placeholders?.get(name)
    if (!values) missing ??= name
    return values ? `(?:${values.map(escapeRegex).join('|')})` : whole
  })
  return missing === undefined ? { ...value, source: unescaped(source) } : { type: 'unresolved', placeholder: missing }
}
