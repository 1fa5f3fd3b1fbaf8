import type { FilterExpression } from './expression.ts'
import { quoteFilterText } from './expression.ts'
import { FilterSyntaxError } from './syntax-error.ts'
import { readTest, refuseLongPattern } from './test-parser.ts'
import { readQuoted, readWord } from './word.ts'

const longest = 4_000
const deepest = 50
const mostTerms = 200

const space = /\s*/y
const operator = /(?:AND|OR|NOT)(?=[\s()"]|$)|(?:&&|\|\|)(?=[\s("]|$)/y
const fieldName = /([A-Za-z_@][\w.@-]*):/y
/** `score>0.8`, as other languages write it. `a->b`, `List<String>` and `x=>y` are text. */
const compared = /([A-Za-z_@](?:[\w.@-]*[\w@])?)(?=[<>]=?(?:"|[\w@+.-][^\s<>"()]*(?:[\s)]|$)))/y
/** An address or a C++ or Perl name: its colons name no field. */
const colons = /^(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7})$/i

/** Returns the suggested replacement of a field that does not exist; undefined for one that does. */
export type RefuseField = (name: string) => string | undefined

/** Parses a filter; throws FilterSyntaxError and nothing else. */
export const parseExpression = (text: string, refuseField?: RefuseField): FilterExpression => {
  if (text.length > longest) {
    throw new FilterSyntaxError(
      `The filter is ${text.length} characters long; ${longest} is the most.`,
      longest,
      'Ask for less at once, or use a network or a wildcard instead of a long list.',
    )
  }
  return new Parser(text, refuseField).parse()
}

class Parser {
  readonly #text: string
  readonly #refuseField: RefuseField | undefined
  #at = 0
  #depth = 0
  #terms = 0

  constructor(text: string, refuseField: RefuseField | undefined) {
    this.#text = text
    this.#refuseField = refuseField
  }

  parse(): FilterExpression {
    this.#skipSpace()
    if (this.#at === this.#text.length) return { type: 'all' }
    const expression = this.#parseOr(undefined)
    if (this.#at < this.#text.length) {
      const without = `${this.#text.slice(0, this.#at)}${this.#text.slice(this.#at + 1)}`.trim()
      throw new FilterSyntaxError('This ")" closes nothing.', this.#at, without)
    }
    return expression
  }

  /** `field` is set within `field:( … )`, where every word is a value of that field. */
  #parseOr(field: string | undefined): FilterExpression {
    const parts = [this.#parseAnd(field)]
    while (this.#takeOperator('OR', '||')) parts.push(this.#parseAnd(field))
    return join('or', parts)
  }

  #parseAnd(field: string | undefined): FilterExpression {
    const parts = [this.#parseNot(field)]
    for (;;) {
      const joined = this.#takeOperator('AND', '&&')
      if (
        !joined &&
        (this.#at === this.#text.length || this.#char() === ')' || /^(?:OR|\|\|)$/.test(this.#peekOperator()))
      ) {
        return join('and', parts)
      }
      parts.push(this.#parseNot(field))
    }
  }

  #parseNot(field: string | undefined): FilterExpression {
    const start = this.#at
    const sign = this.#char() === '-' || this.#char() === '!'
    if (!this.#takeOperator('NOT') && !sign) return this.#parsePrimary(field)
    if (sign) {
      this.#at += 1
      if (this.#at === this.#text.length || /[\s)]/.test(this.#char())) {
        throw new FilterSyntaxError(
          `Nothing follows "${this.#text.charAt(start)}".`,
          start,
          `${this.#text.charAt(start)}word, or ${quoteFilterText(this.#text.charAt(start))} to look for the sign itself`,
        )
      }
    }
    this.#descend(start)
    const part = this.#parseNot(field)
    this.#depth -= 1
    return { type: 'not', part }
  }

  #parsePrimary(field: string | undefined): FilterExpression {
    const start = this.#at
    if (this.#char() === '(') return this.#parseGroup(field)
    this.#refuseMissingTerm()
    this.#terms += 1
    if (this.#terms > mostTerms) {
      throw new FilterSyntaxError(
        `The filter has more than ${mostTerms} terms.`,
        start,
        'Use a wildcard or a network instead of a long list.',
      )
    }
    if (field !== undefined) return this.#parseField(field)
    const name = this.#takeFieldName()
    if (name !== undefined) {
      const hint = this.#refuseField?.(name)
      if (hint !== undefined) throw new FilterSyntaxError(`There is no field "${name}".`, start, hint)
      return this.#char() === '(' ? this.#parseGroup(name) : this.#parseField(name)
    }
    if (this.#char() === '"') {
      const phrase = readQuoted(this.#text, start)
      if (!phrase) throw unclosedQuote(this.#text, start)
      this.#at = phrase.end
      this.#skipSpace()
      return { type: 'text', pieces: phrase.value === '' ? [] : [phrase.value] }
    }
    const word = readWord(this.#text, start)
    refuseLongPattern(word.pieces, start)
    const whole = this.#text.slice(start, word.end)
    this.#at = word.end
    this.#skipSpace()
    return whole === '*' || whole === '*:*' ? { type: 'all' } : { type: 'text', pieces: word.pieces }
  }

  #parseField(field: string): FilterExpression {
    const { test, end } = readTest(this.#text, this.#at, field)
    this.#at = end
    this.#skipSpace()
    return { type: 'field', field, test }
  }

  #parseGroup(field: string | undefined): FilterExpression {
    const start = this.#at
    this.#descend(start)
    this.#at += 1
    this.#skipSpace()
    if (this.#char() === ')') {
      throw new FilterSyntaxError('There is nothing between these parentheses.', start, '(user:root OR user:admin)')
    }
    const expression = this.#parseOr(field)
    if (this.#char() !== ')') {
      throw new FilterSyntaxError('This "(" is never closed.', start, `${this.#text.trim()})`)
    }
    this.#at += 1
    this.#depth -= 1
    this.#skipSpace()
    return expression
  }

  /** A term must come here: reports the actual token. */
  #refuseMissingTerm(): void {
    const found = this.#peekOperator()
    const before = this.#text.slice(0, this.#at).trimEnd()
    if (found === '' && this.#at < this.#text.length && this.#char() !== ')') return
    const dangling = /(?:^|[\s(])(AND|OR|NOT|&&|\|\|)$/.exec(before)?.[1]
    if (dangling) {
      const fixed = `${before.slice(0, -dangling.length).trimEnd()} ${this.#text.slice(this.#at)}`.trim()
      const position = before.length - dangling.length
      throw new FilterSyntaxError(
        `Nothing follows ${dangling}.`,
        position,
        fixed === '' ? quoteFilterText(dangling) : fixed,
      )
    }
    const fixed = `${before} ${this.#text.slice(this.#at + Math.max(1, found.length)).trim()}`.trim()
    const message = found === '' ? 'A term is missing here.' : `Nothing stands before ${found}.`
    throw new FilterSyntaxError(message, this.#at, fixed === '' ? quoteFilterText(found) : fixed)
  }

  /**
   * Takes `name:`, or `name` before `>=` and similar operators, if the word that starts here has the form of a field name; leaves
   * addresses, links and `std::string` alone.
   */
  #takeFieldName(): string | undefined {
    compared.lastIndex = this.#at
    const comparedName = compared.exec(this.#text)?.[1]
    if (comparedName !== undefined) {
      this.#at += comparedName.length
      return comparedName
    }
    fieldName.lastIndex = this.#at
    const name = fieldName.exec(this.#text)?.[1]
    if (name === undefined) return undefined
    const after = this.#at + name.length + 1
    const next = this.#text.charAt(after)
    const start = this.#at
    if (next === '' || /[\s)]/.test(next)) {
      const value = /^\s*([^\s()"]+)/.exec(this.#text.slice(after))?.[1] ?? 'value'
      const hint = `${name}:${value}, or ${quoteFilterText(`${name}:`)} to look for it in the text`
      throw new FilterSyntaxError(`Nothing follows "${name}:".`, start, hint)
    }
    if (this.#text.startsWith('//', after)) return undefined
    if (next === ':' && this.#text.charAt(after + 1) !== ':') return undefined
    if (name.length === 1 && next === '\\') return undefined
    const end = /[\s()"]/.exec(this.#text.slice(start))?.index ?? this.#text.length
    if (colons.test(this.#text.slice(start, start + end))) return undefined
    this.#at = after
    return name
  }

  #takeOperator(...names: readonly string[]): boolean {
    const found = this.#peekOperator()
    if (found === '' || !names.includes(found)) return false
    this.#at += found.length
    this.#skipSpace()
    return true
  }

  #peekOperator(): string {
    operator.lastIndex = this.#at
    return operator.exec(this.#text)?.[0] ?? ''
  }

  #descend(start: number): void {
    this.#depth += 1
    if (this.#depth > deepest) {
      throw new FilterSyntaxError(`The filter is nested more than ${deepest} deep.`, start, 'Take parentheses away.')
    }
  }

  #skipSpace(): void {
    space.lastIndex = this.#at
    this.#at += space.exec(this.#text)?.[0].length ?? 0
  }

  #char(): string {
    return this.#text.charAt(this.#at)
  }
}

const join = (type: 'and' | 'or', parts: readonly FilterExpression[]): FilterExpression => {
  const [only] = parts
  return parts.length === 1 && only ? only : { type, parts }
}

const unclosedQuote = (text: string, at: number): FilterSyntaxError =>
  new FilterSyntaxError('This quotation mark is never closed.', at, `${text.trimEnd()}"`)
