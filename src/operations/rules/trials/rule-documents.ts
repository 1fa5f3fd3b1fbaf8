import { isCalled, type SigmaDocument } from '../../../lib/sigma/document.ts'
import type { RuleLibrary } from '../../../pipeline/detect/sigma/rule-library.ts'

/**
 * Collects the documents that some rules need: rules that correlations refer to, preferring the given text, and the
 * enabled filters.
 */
export const withReferences = (documents: readonly SigmaDocument[], library: RuleLibrary): readonly SigmaDocument[] => {
  const found = new Map<string, SigmaDocument>()
  const own = new Map(documents.flatMap((one) => [[one.id, one] as const, [one.name ?? one.id, one] as const]))
  const add = (document: SigmaDocument): void => {
    if (found.has(document.id)) return
    found.set(document.id, document)
    if (document.type !== 'correlation') return
    for (const id of document.rules) {
      const referred = own.get(id) ?? library.get(id)?.document
      if (referred) add(referred)
    }
  }
  for (const document of documents) add(document)
  const rules = [...found.values()].filter(({ type }) => type === 'rule')
  for (const document of library.book.documents) {
    if (
      document.type === 'filter' &&
      rules.some((rule) => document.rules.some((id) => id === 'any' || isCalled(rule, id)))
    ) {
      add(document)
    }
  }
  return [...found.values()]
}
