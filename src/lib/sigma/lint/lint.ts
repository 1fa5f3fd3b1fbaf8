import type { SigmaDocument } from '../document.ts'
import type { Fault } from '../fault.ts'
import { type ReadOptions, readDocuments } from '../read/read.ts'
import type { Check, LintContext } from './check.ts'
import { conditionChecks } from './conditions.ts'
import { correlationChecks } from './correlations.ts'
import { filterChecks } from './filters.ts'
import { headingChecks } from './heading.ts'
import { identityChecks } from './identity.ts'
import { logsourceChecks } from './logsource.ts'
import { modifierChecks } from './modifiers.ts'
import { regexChecks } from './regexes.ts'
import { toSubject } from './subject.ts'
import { tagChecks } from './tags.ts'
import { valueChecks } from './values.ts'

export type { Check, LintContext } from './check.ts'

/** All checks, in the order of the documentation. */
export const checks: readonly Check[] = [
  ...identityChecks,
  ...headingChecks,
  ...tagChecks,
  ...logsourceChecks,
  ...conditionChecks,
  ...valueChecks,
  ...regexChecks,
  ...modifierChecks,
  ...correlationChecks,
  ...filterChecks,
]

/**
 * Lints a file of rules: the faults of `readDocuments`, and a warning for each finding about a valid document, in order of their lines.
 * Never throws.
 */
export const lintFile = (text: string, file: string, context: LintContext & ReadOptions = {}): readonly Fault[] => {
  const { documents, faults } = readDocuments(text, file, context)
  return [...faults, ...documents.flatMap((document) => lintDocument(document, context))].toSorted(
    (a, b) => a.line - b.line,
  )
}

/** The warnings about one document. Never throws. */
export const lintDocument = (document: SigmaDocument, context: LintContext = {}): readonly Fault[] => {
  const subject = toSubject(document, context)
  if (!subject) return []
  return checks.flatMap(({ code, severity, check }) =>
    check(subject).map(({ line, message, hint }) => ({
      code,
      severity,
      message,
      hint,
      file: document.file,
      line,
      rule: document.id,
    })),
  )
}
