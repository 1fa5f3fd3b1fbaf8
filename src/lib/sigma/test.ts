import type { Comparison } from './comparison.ts'
import type { Glob } from './text/glob.ts'

/** How a text is held against a value. */
export type Manner = 'equals' | 'contains' | 'starts' | 'ends'

export const timeUnits = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const
export type TimeUnit = (typeof timeUnits)[number]

/** The operand of a test. Texts are in lower case here, unless they are `cased`. */
export type ValueTest =
  | { readonly type: Manner; readonly text: string; readonly cased: boolean }
  | { readonly type: 'glob'; readonly glob: Glob; readonly cased: boolean }
  | {
      readonly type: 'regex'
      readonly source: string
      /** Of `i`, `m` and `s`. */
      readonly flags: string
      readonly matches: (value: string) => boolean
    }
  | { readonly type: 'cidr'; readonly source: string; readonly contains: (address: string) => boolean }
  | { readonly type: 'compare'; readonly comparison: Comparison; readonly number: number }
  | { readonly type: 'time'; readonly unit: TimeUnit; readonly comparison: Comparison; readonly number: number }
  | { readonly type: 'exists'; readonly wanted: boolean }
  | { readonly type: 'null' }
  | { readonly type: 'field'; readonly other: string; readonly manner: Manner; readonly cased: boolean }
  /** A placeholder that nobody gave values. A rule with one is not run. */
  | { readonly type: 'unresolved'; readonly placeholder: string }

/** Says a test in words: `contains "mimikatz"`. */
export const sayTest = (test: ValueTest): string => {
  switch (test.type) {
    case 'equals':
      return `is ${quote(test.text)}`
    case 'contains':
      return `contains ${quote(test.text)}`
    case 'starts':
      return `starts with ${quote(test.text)}`
    case 'ends':
      return `ends with ${quote(test.text)}`
    case 'glob':
      return `is like ${quote(test.glob.source)}`
    case 'regex':
      return `matches /${test.source}/${test.flags}`
    case 'cidr':
      return `lies in ${test.source}`
    case 'compare':
      return `${words[test.comparison]} ${test.number}`
    case 'time':
      return `has a ${test.unit} that ${words[test.comparison]} ${test.number}`
    case 'exists':
      return test.wanted ? 'is there' : 'is not there'
    case 'null':
      return 'is empty or not there'
    case 'field':
      return `${{ equals: 'equals', contains: 'contains', starts: 'starts with', ends: 'ends with' }[test.manner]} the field ${test.other}`
    case 'unresolved':
      return `is one of %${test.placeholder}%, which nobody gave values`
  }
}

const quote = (text: string): string => `"${text}"`

const words: Readonly<Record<Comparison, string>> = {
  gt: 'is more than',
  gte: 'is at least',
  lt: 'is less than',
  lte: 'is at most',
  eq: 'is',
  neq: 'is not',
}
