import type { SigmaDocument } from '../document.ts'
import type { Taxonomy } from '../taxonomy.ts'
import type { Entry, Yaml, YamlMap, YamlScalar } from './tree.ts'

/** The context of the linter besides the file. Checks that need a missing part stay silent. */
export interface LintContext {
  /** All documents of the set, this file's own among them: for names used twice, and references. */
  readonly documents?: readonly SigmaDocument[]
  /** Which log sources there are, and their fields. */
  readonly taxonomy?: Taxonomy
  /** Names of the fields that events had, as rules call them or as the events do. */
  readonly fieldsSeen?: ReadonlySet<string>
}

/** Something that is questionable about a document that works. */
export interface Check {
  /** A word for programs, and for who wants to be spared of it. */
  readonly code: string
  readonly severity: 'warning'
  /** Its purpose and why it matters, in one sentence. */
  readonly about: string
  readonly check: (subject: Subject) => readonly Finding[]
}

export interface Finding {
  readonly line: number
  readonly message: string
  readonly hint?: string | undefined
}

/** A document, as written and as parsed. */
export interface Subject {
  readonly document: SigmaDocument
  readonly root: YamlMap
  /** `detection` of a rule, `filter` of a filter; of a correlation `correlation`. */
  readonly body: YamlMap
  readonly selections: readonly Entry[]
  /** Each `field|modifiers: values` of the selections. Keywords have no field. */
  readonly items: readonly Item[]
  readonly conditions: readonly Condition[]
  readonly context: LintContext
}

export interface Item {
  readonly selection: string
  readonly field: string | undefined
  readonly modifiers: readonly string[]
  readonly line: number
  readonly values: readonly YamlScalar[]
  readonly listed: boolean
}

export interface Condition {
  readonly line: number
  /** Words and parentheses. */
  readonly tokens: readonly string[]
}

/** Puts a check into the form of the table. */
export const warn = (code: string, about: string, check: Check['check']): Check => ({
  code,
  severity: 'warning',
  about,
  check,
})

/** The entry of a map, if it is a map and has it. */
export const entryOf = (node: Yaml | undefined, key: string): Entry | undefined =>
  node?.type === 'map' ? node.entries.find((entry) => entry.key === key) : undefined

/** A scalar as text; undefined for null, maps and lists. */
export const textOf = (node: Yaml | undefined): string | undefined =>
  node?.type === 'scalar' && node.value !== null ? String(node.value) : undefined

/** The scalars of a list, or the one scalar that stands instead of a list. */
export const scalarsOf = (node: Yaml | undefined): readonly YamlScalar[] => {
  if (node?.type === 'scalar') return node.value === null ? [] : [node]
  return node?.type === 'list' ? node.items.filter((item): item is YamlScalar => item.type === 'scalar') : []
}

/** A finding for each scalar under a key of the document for which `say` has something to say. */
export const eachUnder = (
  { root }: Subject,
  key: string,
  say: (text: string) => Omit<Finding, 'line'> | undefined,
): readonly Finding[] =>
  scalarsOf(entryOf(root, key)?.value).flatMap((scalar) => {
    const finding = say(String(scalar.value))
    return finding ? [{ line: scalar.line, ...finding }] : []
  })

/** A finding for each text value of the detection for which `say` has something to say. */
export const eachValue = (
  { items }: Subject,
  say: (text: string, item: Item, scalar: YamlScalar) => Omit<Finding, 'line'> | undefined,
): readonly Finding[] =>
  items.flatMap((item) =>
    item.values.flatMap((scalar) => {
      const finding = typeof scalar.value === 'string' ? say(scalar.value, item, scalar) : undefined
      return finding ? [{ line: scalar.line, ...finding }] : []
    }),
  )

/** At the line of a key of the document, or at its first line. */
export const lineOf = ({ root }: Subject, key: string): number => entryOf(root, key)?.line ?? root.line

/** `Image|endswith`. */
export const keyOf = ({ field, modifiers }: Item): string => [field ?? '', ...modifiers].join('|') || 'the keywords'

/** Quotes a value for a message, cut at 60 characters. */
export const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)
