import type { Comparison } from '../comparison.ts'
import type { Manner, TimeUnit } from '../test.ts'
import type { WildcardPattern } from '../text/pattern.ts'

/** A value of a selection while modifiers work on it. */
export type Value =
  | {
      readonly type: 'text'
      readonly pattern: WildcardPattern
      readonly source: string
      readonly cased: boolean
      /** Whether its characters stand for bytes: it was encoded. */
      readonly isBytes: boolean
    }
  | { readonly type: 'number'; readonly number: number }
  | { readonly type: 'boolean'; readonly boolean: boolean }
  | { readonly type: 'null' }
  /** One value that may be spelt in several ways. */
  | { readonly type: 'any'; readonly of: readonly Value[] }
  | { readonly type: 'regex'; readonly source: string; readonly flags: string }
  | { readonly type: 'cidr'; readonly source: string }
  | { readonly type: 'compare'; readonly comparison: Comparison; readonly number: number }
  | { readonly type: 'time'; readonly unit: TimeUnit; readonly comparison: Comparison; readonly number: number }
  | { readonly type: 'exists'; readonly wanted: boolean }
  | { readonly type: 'field'; readonly other: string; readonly manner: Manner; readonly cased: boolean }
  | { readonly type: 'unresolved'; readonly placeholder: string }

/** How a kind of value is called in messages. */
export const sayValue = (value: Value): string => {
  switch (value.type) {
    case 'text':
      return `the text "${value.source}"`
    case 'number':
      return `the number ${value.number}`
    case 'boolean':
      return `"${value.boolean}"`
    case 'null':
      return 'null'
    case 'any':
      return 'a value in several spellings'
    case 'regex':
      return 'a regular expression'
    case 'cidr':
      return 'a network'
    case 'compare':
      return 'a comparison'
    case 'time':
      return 'a part of a time'
    case 'exists':
      return 'a test of existence'
    case 'field':
      return 'another field'
    case 'unresolved':
      return 'a placeholder'
  }
}
