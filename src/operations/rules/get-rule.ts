import { z } from 'zod'
import { ruleFault, ruleView } from '../../schema/rule.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireRule, toFaultView, toRuleView } from './rule-view.ts'
import { sayDocument } from './rule-words.ts'

/** Shows a rule with its text, and says in words what it looks for. */
export const getRule = defineOperation({
  name: 'get_rule',
  summary: 'Shows a rule with its text, what is wrong with its file, and what it looks for in words.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(500) }),
  output: ruleView
    .extend({
      /** The YAML that it was read from. */
      source: z.string(),
      /** What must hold, a line each, indented by two blanks for each step down. */
      explanation: z.array(z.string()),
      references: z.array(z.string()),
      false_positives: z.array(z.string()),
      faults: z.array(ruleFault),
    })
    .meta({ id: 'RuleDetails' }),
  async run({ id }, { rules, reach }: Pick<Deps, 'rules' | 'reach'>) {
    const entry = requireRule(rules, id)
    const { document } = entry
    return {
      ...toRuleView(entry, await reach(), rules),
      source: document.source,
      explanation: [...sayDocument(document)],
      references: [...document.references],
      false_positives: [...document.falsePositives],
      faults: rules.faults
        .filter((fault) => fault.file === document.file && (fault.rule === undefined || fault.rule === document.id))
        .map(toFaultView),
    }
  },
})
