import { compile } from './compile.ts'
import type { FilterExpression } from './expression.ts'
import { printExpression } from './expression.ts'
import { parseExpression, type RefuseField } from './parser.ts'
import type { Accessor } from './subject.ts'
import { FilterSubject } from './subject.ts'
import { literalsOf } from './wildcard.ts'

export type { Moment } from './moment.ts'
export { parseMoment } from './moment.ts'
export type { Accessor, FieldKind, FilterValue } from './subject.ts'
export { FilterSyntaxError } from './syntax-error.ts'

/** A parsed filter. */
export interface Filter {
  /** Creates a test of items that an accessor reads. One test serves all items. */
  bind<Item>(accessor: Accessor<Item>): (item: Item) => boolean
  /**
   * Lower-case texts that every match contains, because the bare words and phrases at the top require them. A store may skip rows that
   * cannot contain one of them.
   */
  readonly tokens: readonly string[]
  /** Fields for which every match has a value that contains this lower-case text, once the value is written as text. */
  readonly values: readonly { readonly field: string; readonly piece: string }[]
  /** The filter written out: every AND, OR and quotation mark in its place. */
  readonly text: string
  /** All fields in the filter. */
  readonly fields: readonly string[]
  /** The lower-case words that it searches in the text; undefined if it searches phrases or patterns there. */
  readonly words: readonly string[] | undefined
  /** The parts that must all be true: the filter is the AND of its parts. A filter that is no AND is its own only part. */
  parts(): readonly Filter[]
}

/**
 * Parses a filter of the kind known from Lucene. Throws FilterSyntaxError and nothing else.
 *
 * - `failed "for root"`: the text contains both, in any case. `fail*root` and `roo?`: with wildcards.
 * - `user:root`, `status:404`, `user:backup*`, `user:(root OR admin)`, `user:*` (has any), `path:"/a b"`
 * - `score:>0.8`, also `score>0.8`, `status:[500 TO 599]`, `count:{0 TO 9}` (without its ends), `time:>now-24h`, `time:2024-12-10`
 * - `source.ip:10.0.0.0/8`, `source.ip:2001:db8::/32`
 * - `AND` `OR` `NOT` (also `&&` `||` `!` `-`), parentheses; NOT binds tightest, then AND, then OR; a space is AND.
 *
 * A backslash takes the meaning from one of `* ? " ( ) :` and the like, and from itself; elsewhere it is a character.
 * A field that an item does not have matches nothing, so its NOT matches. `refuseField` refuses fields that no item can have. An empty filter matches everything.
 *
 * Parsing takes time linear in the filter (at most 4,000 characters, 200 terms, 50 levels), testing in terms × text.
 * Not meant for ranking or for fuzzy search: it only says yes or no.
 */
export const parseFilter = (
  text: string,
  { now, refuseField }: { readonly now: number; readonly refuseField?: RefuseField },
): Filter => toFilter(parseExpression(text, refuseField), now)

const toFilter = (expression: FilterExpression, now: number): Filter => {
  const texts = textsOf(expression)
  const filter: Filter = {
    bind: (accessor) => toTest(compile(expression, now, accessor), accessor),
    tokens: [...new Set(tokensOf(expression))],
    values: valuesOf(expression),
    text: printExpression(expression),
    fields: [...new Set(fieldsOf(expression))],
    words: texts.every(isWord) ? [...new Set(texts.map(wordOf))] : undefined,
    parts: () => (expression.type === 'and' ? expression.parts.map((part) => toFilter(part, now)) : [filter]),
  }
  return filter
}

const toTest = <Item>(
  evaluate: (subject: FilterSubject<Item>) => boolean,
  accessor: Accessor<Item>,
): ((item: Item) => boolean) => {
  let subject: FilterSubject<Item> | undefined
  return (item) => {
    subject = subject?.turnTo(item) ?? new FilterSubject(item, accessor)
    return evaluate(subject)
  }
}

type Text = Extract<FilterExpression, { type: 'text' }>

const textsOf = (expression: FilterExpression): readonly Text[] => {
  switch (expression.type) {
    case 'text':
      return [expression]
    case 'not':
      return textsOf(expression.part)
    case 'and':
    case 'or':
      return expression.parts.flatMap(textsOf)
    default:
      return []
  }
}

const isWord = ({ pieces }: Text): boolean => pieces.every((piece) => typeof piece === 'string' && !/\s/u.test(piece))

const wordOf = ({ pieces }: Text): string => pieces.join('').toLowerCase()

const fieldsOf = (expression: FilterExpression): readonly string[] => {
  switch (expression.type) {
    case 'field':
      return [expression.field]
    case 'not':
      return fieldsOf(expression.part)
    case 'and':
    case 'or':
      return expression.parts.flatMap(fieldsOf)
    default:
      return []
  }
}

const tokensOf = (expression: FilterExpression): readonly string[] => {
  if (expression.type === 'text') return literalsOf(expression.pieces).map((piece) => piece.toLowerCase())
  return expression.type === 'and' ? expression.parts.flatMap(tokensOf) : []
}

const valuesOf = (expression: FilterExpression): Filter['values'] => {
  if (expression.type === 'and') return expression.parts.flatMap(valuesOf)
  if (expression.type !== 'field') return []
  const { field, test } = expression
  if (test.type === 'wildcard') return literalsOf(test.pieces).map((piece) => ({ field, piece: piece.toLowerCase() }))
  // 404.0 is also the number 404, which is written otherwise.
  const { value } = test.type === 'equals' ? test : { value: '' }
  const plain = Number.isNaN(Number(value)) || String(Number(value)) === value
  return value !== '' && plain ? [{ field, piece: value.toLowerCase() }] : []
}
