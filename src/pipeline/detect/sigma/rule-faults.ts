import type { SigmaDocument } from '../../../lib/sigma/document.ts'
import type { Fault } from '../../../lib/sigma/fault.ts'

/** Two documents have one id: says so of the one that does not count. */
export const shadowed = (former: SigmaDocument, { id, file, line }: SigmaDocument): Fault =>
  warning(
    former,
    'duplicate-id',
    `The id ${id} is also in ${file}:${line}, which counts instead of this.`,
    'Give one of them another id.',
  )

/** Names what is in force and cannot match: placeholders without values, correlations of rules that are not in force. */
export const idleFaults = (documents: readonly SigmaDocument[]): readonly Fault[] => {
  const known = new Set(documents.flatMap(({ id, name }) => (name === undefined ? [id] : [id, name])))
  return documents.flatMap((document) => {
    if (document.type !== 'correlation') {
      const [open] = document.unresolved
      if (open === undefined) return []
      const message = `It cannot match: nobody said what %${open}% stands for.`
      return [warning(document, 'unresolved-placeholder', message, 'Give it values under rules.placeholders.')]
    }
    const missing = document.rules.find((word) => !known.has(word) && !known.has(word.toLowerCase()))
    if (missing === undefined) return []
    const message = `It refers to "${missing}", and no such rule is in force.`
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
