import type { SigmaDocument } from '../document.ts'
import type { Taxonomy } from '../taxonomy.ts'
import type { Yaml, YamlEntry, YamlMapNode, YamlScalar } from './tree.ts'

/** The context of the linter other than the file. Checks without the part that they need report nothing. */
export interface LintContext {
  /** All documents of the set, this file's own among them: for names used twice, and references. */
  readonly documents?: readonly SigmaDocument[]
  /** The log sources, and their fields. */
  readonly taxonomy?: Taxonomy
  /** Names of the fields that events had, as rules call them or as the events do. */
  readonly fieldsSeen?: ReadonlySet<string>
}

/** Something that is questionable about a document that works. */
export interface Check {
  /** A stable code, to disable the check. */
  readonly code: string
  readonly severity: 'warning'
  /** Its purpose and why it matters, in one sentence. */
  readonly about: string
  readonly check: (subject: LintSubject) => readonly LintFinding[]
}

export interface LintFinding {
  readonly line: number
  readonly message: string
  readonly hint?: string | undefined
}

/** A document, as written and as parsed. */
export interface LintSubject {
  readonly document: SigmaDocument
  readonly root: YamlMapNode
  /** `detection` of a rule, `filter` of a filter; of a correlation `correlation`. */
  readonly body: YamlMapNode
  readonly selections: readonly YamlEntry[]
  /** Each `field|modifiers: values` of the selections. Keywords have no field. */
  readonly items: readonly LintItem[]
  readonly conditions: readonly Condition[]
  readonly context: LintContext
}

export interface LintItem {
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
export const entryOf = (node: Yaml | undefined, key: string): YamlEntry | undefined =>
  node?.type === 'map' ? node.entries.find((entry) => entry.key === key) : undefined

/** A scalar as text; undefined for null, maps and lists. */
export const scalarText = (node: Yaml | undefined): string | undefined =>
  node?.type === 'scalar' && node.value !== null ? String(node.value) : undefined

/** The scalars of a list, or a single scalar in place of a list. */
export const scalarsOf = (node: Yaml | undefined): readonly YamlScalar[] => {
  if (node?.type === 'scalar') return node.value === null ? [] : [node]
  return node?.type === 'list' ? node.items.filter((item): item is YamlScalar => item.type === 'scalar') : []
}

/** A finding for each scalar under a key of the document for which `say` returns a message. */
export const eachUnder = (
  { root }: LintSubject,
  key: string,
  say: (text: string) => Omit<LintFinding, 'line'> | undefined,
): readonly LintFinding[] =>
  scalarsOf(entryOf(root, key)?.value).flatMap((scalar) => {
    const finding = say(String(scalar.value))
    return finding ? [{ line: scalar.line, ...finding }] : []
  })

/** A finding for each text value of the detection for which `say` returns a message. */
export const eachValue = (
  { items }: LintSubject,
  say: (text: string, item: LintItem, scalar: YamlScalar) => Omit<LintFinding, 'line'> | undefined,
): readonly LintFinding[] =>
  items.flatMap((item) =>
    item.values.flatMap((scalar) => {
      const finding = typeof scalar.value === 'string' ? say(scalar.value, item, scalar) : undefined
      return finding ? [{ line: scalar.line, ...finding }] : []
    }),
  )

/** At the line of a key of the document, or at its first line. */
export const lineOf = ({ root }: LintSubject, key: string): number => entryOf(root, key)?.line ?? root.line

/** `Image|endswith`. */
export const itemKey = ({ field, modifiers }: LintItem): string =>
  [field ?? '', ...modifiers].join('|') || 'the keywords'

/** Quotes a value for a message, cut at 60 characters. */
export const quoteValue = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)
