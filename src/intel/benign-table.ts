import { RE2JS } from 're2js'
import { IndicatorIndex } from '../lib/indicators/indicator-index.ts'
import { hostOf } from '../lib/observables/observables.ts'
import type { Observable, ObservableType } from '../schema/indicator.ts'
import type { Remark } from './content.ts'

type Benign = Extract<Remark, { readonly kind: 'benign' }>

interface Piece {
  readonly list: string
  readonly types: readonly ObservableType[]
  matches(value: string): boolean
}

/** Knows infrastructure that lists of the known-benign name: values, ranges, names and all below them, pieces and patterns. */
export class BenignTable {
  readonly #exact = new IndicatorIndex()
  /** Ranges, and names that stand for all below them. */
  readonly #wide = new IndicatorIndex()
  readonly #pieces: readonly Piece[]
  readonly #types = new Map<string, readonly ObservableType[]>()

  constructor(remarks: readonly Benign[]) {
    const lists = new Map<string, Map<string, string[]>>([
      ['exact', new Map()],
      ['wide', new Map()],
    ])
    const pieces: Piece[] = []
    for (const { list, types, match, value } of remarks) {
      this.#types.set(list, types)
      if (match === 'substring') pieces.push({ list, types, matches: (text) => text.includes(value) })
      else if (match === 'pattern') pieces.push(...compile(list, types, value))
      else {
        const byValue = lists.get(match === 'exact' ? 'exact' : 'wide')
        const known = byValue?.get(value)
        if (known) known.push(list)
        else byValue?.set(value, [list])
      }
    }
    for (const [value, sources] of lists.get('exact') ?? []) this.#exact.set({ type: 'hash', value }, facts(sources))
    for (const [value, sources] of lists.get('wide') ?? []) {
      this.#wide.set({ type: /^[\d.]+(\/|$)|:/.test(value) ? 'ip' : 'domain', value }, facts(sources))
    }
    this.#wide.settle(0)
    this.#pieces = pieces
  }

  /** The lists that name a value; of a link also its host. */
  find(observable: Observable, now: number): readonly string[] {
    const { type, value } = observable
    const host = type === 'url' ? hostOf(value) : undefined
    const found = [
      ...(this.#exact.find({ type: 'hash', value }, now)?.sources ?? []),
      ...(this.#wide.find(observable, now)?.sources ?? []),
    ].filter((list) => this.#types.get(list)?.includes(type))
    const pieces = this.#pieces.filter(({ types, matches }) => types.includes(type) && matches(value.toLowerCase()))
    const all = [...found, ...pieces.map(({ list }) => list), ...(host ? this.find(host, now) : [])]
    return [...new Set(all)]
  }
}

const facts = (sources: readonly string[]) => ({ level: 0, confidence: 1, sources, note: '' })

/** Patterns of strangers run in time in proportion to the value; what this engine does not know of them is left out. */
const compile = (list: string, types: readonly ObservableType[], pattern: string): readonly Piece[] => {
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
    return [{ list, types, matches: (value) => compiled.matcher(value).find() }]
  } catch {
    return []
  }
}
