import { z } from 'zod'
import { ruleFault, ruleView } from '../../schema/rule/rule.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { describeDocument } from './describe-rule.ts'
import { requireRule, toFaultView, toRuleView } from './rule-view.ts'

export const getRule = defineOperation({
  name: 'get_rule',
  summary: 'Returns a rule with its text, the errors of its file and an explanation in words.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(500) }),
  output: ruleView
    .extend({
      /** The YAML that it was read from. */
      source: z.string(),
      /** The conditions, one per line, indented by two spaces per level. */
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
      explanation: [...describeDocument(document)],
      references: [...document.references],
      false_positives: [...document.falsePositives],
      faults: rules.faults
        .filter((fault) => fault.file === document.file && (fault.rule === undefined || fault.rule === document.id))
        .map(toFaultView),
    }
  },
})
