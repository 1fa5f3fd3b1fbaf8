import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { auditRules } from './audit-rules.ts'
import { ownRules } from './create-rule.ts'
import { requireRule } from './rule-view.ts'

/** Removes a rule that was added here, with all other documents in its text. */
export const removeRule = defineOperation({
  name: 'remove_rule',
  summary: 'Removes a rule that was added here. Disable other rules instead.',
  role: 'admin',
  input: z.strictObject({ id: z.string().max(500) }),
  output: z.object({ id: z.string(), removed: z.literal(true) }),
  async run({ id }, deps: Pick<Deps, 'rules' | 'rulesFolder' | 'store' | 'now'> & { readonly actor: Actor }) {
    const { rules, rulesFolder } = deps
    const { document, pack } = requireRule(rules, id)
    if (pack !== ownRules) {
      throw new AppError('CONFLICT', `Rule ${document.id} comes from ${document.file} and cannot be removed here.`, {
        hint: 'Disable the rule instead.',
      })
    }
    await rules.refresh(() => rm(join(rulesFolder, document.file), { force: true }))
    await auditRules(deps, {
      action: 'remove_rule',
      target: document.id,
      before: { yaml: document.source },
      after: null,
    })
    return { id: document.id, removed: true as const }
  },
})
