import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import { ruleLevel, ruleView } from '../../schema/rule/rule.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { auditRules } from './audit-rules.ts'
import { requireRule, toRuleView } from './rule-view.ts'

/** Enables or disables a rule, or overrides its level. The setting also applies to later versions of the rule. */
export const updateRule = defineOperation({
  name: 'update_rule',
  summary: 'Enables or disables a rule, or gives it another level; later versions of the rule keep that.',
  role: 'admin',
  input: z.strictObject({
    id: z.string().max(500),
    enabled: z.boolean().nullable().optional().describe('Whether the rule is enabled; null to follow its status.'),
    level: ruleLevel.nullable().optional().describe('The level of its detections; null for its own.'),
    note: z.string().trim().max(1_000).nullable().optional().describe('A note for other analysts.'),
  }),
  output: ruleView,
  async run(
    { id, enabled, level, note },
    deps: Pick<Deps, 'rules' | 'reach' | 'store' | 'now'> & { readonly actor: Actor },
  ) {
    const { rules, reach, store, now, actor } = deps
    if (enabled === undefined && level === undefined && note === undefined) {
      throw new AppError('INVALID_REQUEST', 'No change was given.', { hint: 'Give enabled, level or note.' })
    }
    const { document, setting: before } = requireRule(rules, id)
    const after = {
      rule_id: document.id,
      enabled: enabled === undefined ? (before?.enabled ?? null) : enabled,
      level: level === undefined ? (before?.level ?? null) : level,
      note: note === undefined ? (before?.note ?? null) : note || null,
      updated_by: actor.name,
      updated_at: new Date(now()).toISOString(),
    }
    await store.transaction(async (tx) => {
      await store.ruleSettings.save(after, tx)
      await auditRules(deps, { action: 'update_rule', target: document.id, before: before ?? null, after }, tx)
    })
    await rules.refresh()
    return toRuleView(requireRule(rules, document.id), await reach(), rules)
  },
})
