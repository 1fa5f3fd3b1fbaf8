import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { lintFile } from '../../../lib/sigma/lint/lint.ts'
import { readDocuments } from '../../../lib/sigma/sigma.ts'
import { ruleFault } from '../../../schema/rule/rule.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { toFaultView } from '../rule-view.ts'

/** The text of rules, if the input contains it. */
export const ruleText = z
  .string()
  .min(1)
  .max(500_000)
  .describe('Rules, correlations and filters in YAML, separated by lines of `---`.')

export const lintRules = defineOperation({
  name: 'lint_rules',
  summary: 'Lints the text of rules: errors and warnings with their lines. Changes nothing.',
  role: 'analyst',
  input: z.strictObject({
    yaml: ruleText,
    file: z.string().max(500).default('rule.yml').describe('A name for the text in the report.'),
  }),
  output: z
    .object({
      /** How many documents can be used. */
      documents: z.int(),
      errors: z.int(),
      warnings: z.int(),
      faults: z.array(ruleFault),
    })
    .meta({ id: 'RuleLint' }),
  async run({ yaml, file }, { rules }: Pick<Deps, 'rules'>) {
    const { placeholders, book } = rules
    const { documents } = readDocuments(yaml, file, { placeholders })
    const own = new Set(documents.map(({ id }) => id))
    const others = rules.entries.map(({ document }) => document).filter(({ id }) => !own.has(id))
    const faults = lintFile(yaml, file, {
      placeholders,
      documents: [...documents, ...others],
      taxonomy: book.taxonomy,
    })
    const errors = faults.filter(({ severity }) => severity === 'error').length
    return { documents: documents.length, errors, warnings: faults.length - errors, faults: faults.map(toFaultView) }
  },
})

/** Refuses a text that is not wholly valid; the error names each line. */
export const requireDocuments = (
  yaml: string,
  { placeholders }: Deps['rules'],
): ReturnType<typeof readDocuments>['documents'] => {
  const { documents, faults } = readDocuments(yaml, 'rule.yml', { placeholders })
  const errors = faults.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return documents
  throw new AppError('INVALID_REQUEST', `The rule is not valid: ${errors[0]?.message ?? ''}`, {
    hint: errors[0]?.hint ?? 'Lint the rule for details: POST /api/v1/rules/lint.',
    errors: errors.map(({ line, message, hint }) => ({
      path: `yaml:${line}`,
      message,
      ...(hint !== undefined && { hint }),
    })),
  })
}
