import { number } from '../../../lib/units/number.ts'
import type { Contribution } from '../../../schema/detection/detection.ts'

/** One reason for a finding. `pull` is its weight relative to the other reasons, in any unit. */
export interface Reason {
  readonly feature: string
  readonly value: string
  readonly usual: string
  readonly pull: number
}

/** Splits a score among its reasons by their pull, strongest first. The weights add up to the score. */
export const toContributions = (score: number, reasons: readonly Reason[]): Contribution[] => {
  const total = reasons.reduce((sum, { pull }) => sum + Math.max(0, pull), 0)
  const sorted = [...reasons].sort((a, b) => b.pull - a.pull)
  let left = Math.round(score * 1000)
  return sorted.map(({ feature, value, usual, pull }, i) => {
    const share = total > 0 ? Math.max(0, pull) / total : 1 / sorted.length
    const weight = i === sorted.length - 1 ? left : Math.min(left, Math.round(score * share * 1000))
    left -= weight
    return { feature, value, usual, weight: weight / 1000 }
  })
}

/** Formats a range: `0–3`, or `3` if both ends are equal. */
export const range = (low: number, high: number): string => {
  const [from, to] = [number(low), number(high)]
  return from === to ? to : `${from}–${to}`
}

/** Joins items: `a`, `a and b`, `a, b and 3 more`. */
export const list = (items: readonly string[], most = 3): string => {
  const shown = items.slice(0, items.length === most + 1 ? most - 1 : most)
  const rest = items.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${number(rest)} more`
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** Quotes a text on one line, cut to a title's length. */
export const quote = (text: string, longest = 80): string => {
  const line = text
    .slice(0, longest * 4)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return line.length > longest ? `“${line.slice(0, longest - 1).trimEnd()}…”` : `“${line}”`
}
