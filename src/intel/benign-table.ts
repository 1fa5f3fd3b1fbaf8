import { RE2JS } from 're2js'
import { IndicatorIndex } from '../lib/indicators/indicator-index.ts'
import { hostOf } from '../lib/observables/observables.ts'
import type { Observable, ObservableType } from '../schema/intelligence/indicator.ts'
import type { Annotation } from './annotations.ts'

type Benign = Extract<Annotation, { readonly kind: 'benign' }>

interface TextMatcher {
  readonly list: string
  readonly types: readonly ObservableType[]
  matches(value: string): boolean
}

/** Finds the known-benign lists that match a value, by exact value, range, domain with its subdomains, substring or pattern. */
export class BenignTable {
  readonly #exact = new IndicatorIndex()
  /** Ranges, and domains with their subdomains. */
  readonly #wide = new IndicatorIndex()
  readonly #matchers: readonly TextMatcher[]
  readonly #types = new Map<string, readonly ObservableType[]>()

  constructor(annotations: readonly Benign[]) {
    const lists = new Map<string, Map<string, string[]>>([
      ['exact', new Map()],
      ['wide', new Map()],
    ])
    const matchers: TextMatcher[] = []
    for (const { list, types, match, value } of annotations) {
      this.#types.set(list, types)
      if (match === 'substring') matchers.push({ list, types, matches: (text) => text.includes(value) })
      else if (match === 'pattern') matchers.push(...compile(list, types, value))
      else {
        const byValue = lists.get(match === 'exact' ? 'exact' : 'wide')
        const sources = byValue?.get(value)
        if (sources) sources.push(list)
        else byValue?.set(value, [list])
      }
    }
    for (const [value, sources] of lists.get('exact') ?? []) this.#exact.set({ type: 'hash', value }, facts(sources))
    for (const [value, sources] of lists.get('wide') ?? []) {
      this.#wide.set({ type: /^[\d.]+(\/|$)|:/.test(value) ? 'ip' : 'domain', value }, facts(sources))
    }
    this.#wide.settle(0)
    this.#matchers = matchers
  }

  /** Returns the lists that contain a value or, for a URL, its host. */
  find(observable: Observable, now: number): readonly string[] {
    const { type, value } = observable
    const host = type === 'url' ? hostOf(value) : undefined
    const found = [
      ...(this.#exact.find({ type: 'hash', value }, now)?.sources ?? []),
      ...(this.#wide.find(observable, now)?.sources ?? []),
    ].filter((list) => this.#types.get(list)?.includes(type))
    const matched = this.#matchers.filter(({ types, matches }) => types.includes(type) && matches(value.toLowerCase()))
    const all = [...found, ...matched.map(({ list }) => list), ...(host ? this.find(host, now) : [])]
    return [...new Set(all)]
  }
}

const facts = (sources: readonly string[]) => ({ level: 0, confidence: 1, sources, note: '' })

/** Compiles a third-party pattern with RE2, which takes linear time. Patterns that RE2 does not support are ignored. */
const compile = (list: string, types: readonly ObservableType[], pattern: string): readonly TextMatcher[] => {
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
    return [{ list, types, matches: (value) => compiled.matcher(value).find() }]
  } catch {
    return []
  }
}
