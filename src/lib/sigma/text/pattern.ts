import type { Manner, ValueTest } from '../test.ts'
import { fold } from './fold.ts'
import { anyCharacter, type Glob } from './glob.ts'

/** Any number of characters. */
export const many = { wild: 'many' } as const

/** A value of a rule while modifiers work on it: plain text, wildcards, and placeholders that are still to be filled. */
export type PatternPart = string | typeof anyCharacter | typeof many | { readonly placeholder: string }
export type WildcardPattern = readonly PatternPart[]

/** Whether a part is a placeholder that is still to be filled. */
export const isPlaceholder = (part: PatternPart): part is { readonly placeholder: string } =>
  typeof part === 'object' && 'placeholder' in part

/** Reads wildcards and escapes: `*`, `?`, `\*`, `\?`, `\\`; a backslash before anything else is a backslash. */
export const readWildcardPattern = (text: string): WildcardPattern => {
  const parts: PatternPart[] = []
  let plain = ''
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? ''
    const next = text[at + 1]
    if (letter === '\\' && (next === '*' || next === '?' || next === '\\')) {
      plain += next
      at++
    } else if (letter === '*' || letter === '?') {
      if (plain !== '') parts.push(plain)
      parts.push(letter === '*' ? many : anyCharacter)
      plain = ''
    } else {
      plain += letter
    }
  }
  if (plain !== '') parts.push(plain)
  return parts
}

export const hasWildcards = (pattern: WildcardPattern): boolean =>
  pattern.some((part) => part === anyCharacter || part === many)

/** The text of a pattern without wildcards and placeholders. */
export const literalText = (pattern: WildcardPattern): string =>
  pattern.map((part) => (typeof part === 'string' ? part : '')).join('')

/** Makes the cheapest test that says what a pattern says. */
export const toTest = (pattern: WildcardPattern, source: string, cased: boolean): ValueTest => {
  const open = pattern.find(isPlaceholder)
  if (open) return { type: 'unresolved', placeholder: open.placeholder }
  const merged = merge(pattern).map((part) => (typeof part === 'string' && !cased ? fold(part) : part))
  const simple = toSimple(merged)
  if (simple) return { ...simple, cased }
  const pieces: (string | typeof anyCharacter)[][] = [[]]
  for (const part of merged) {
    if (part === many) pieces.push([])
    else if (typeof part === 'string' || part === anyCharacter) pieces.at(-1)?.push(part)
  }
  const glob: Glob = { source, pieces }
  return { type: 'glob', glob, cased }
}

const toSimple = (parts: WildcardPattern): { type: Manner; text: string } | undefined => {
  const [first, second, third] = parts
  if (parts.length === 0) return { type: 'equals', text: '' }
  if (parts.length === 1 && typeof first === 'string') return { type: 'equals', text: first }
  if (parts.length === 1 && first === many) return { type: 'contains', text: '' }
  if (parts.length === 2 && first === many && typeof second === 'string') return { type: 'ends', text: second }
  if (parts.length === 2 && typeof first === 'string' && second === many) return { type: 'starts', text: first }
  if (parts.length === 3 && first === many && typeof second === 'string' && third === many) {
    return { type: 'contains', text: second }
  }
  return undefined
}

const merge = (pattern: WildcardPattern): PatternPart[] => {
  const merged: PatternPart[] = []
  for (const part of pattern) {
    const last = merged.at(-1)
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part
    else if (!(part === many && last === many) && part !== '') merged.push(part)
  }
  return merged
}
