import type { SigmaDocument } from '../../../lib/sigma/document.ts'
import type { Fault } from '../../../lib/sigma/fault.ts'

/** Reports a document whose id a later document overrides. */
export const shadowed = (former: SigmaDocument, { id, file, line }: SigmaDocument): Fault =>
  warning(
    former,
    'duplicate-id',
    `The id ${id} is also in ${file}:${line}, which overrides this document.`,
    'Give one of them another id.',
  )

/** Reports active documents that cannot match: undefined placeholders, and correlations of inactive rules. */
export const idleFaults = (documents: readonly SigmaDocument[]): readonly Fault[] => {
  const known = new Set(documents.flatMap(({ id, name }) => (name === undefined ? [id] : [id, name])))
  return documents.flatMap((document) => {
    if (document.type !== 'correlation') {
      const [open] = document.unresolved
      if (open === undefined) return []
      const message = `The rule cannot match, because the placeholder %${open}% has no values.`
      return [warning(document, 'unresolved-placeholder', message, 'Define it under rules.placeholders.')]
    }
    const missing = document.rules.find((word) => !known.has(word) && !known.has(word.toLowerCase()))
    if (missing === undefined) return []
    const message = `The correlation refers to "${missing}", which is no active rule.`
    return [warning(document, 'unknown-rule', message, 'Enable that rule, or disable this one.')]
  })
}

const warning = ({ id, file, line }: SigmaDocument, code: string, message: string, hint: string): Fault => ({
  code,
  severity: 'warning',
  message,
  hint,
  file,
  line,
  rule: id,
})
