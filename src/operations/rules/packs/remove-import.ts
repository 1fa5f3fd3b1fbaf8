import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Actor } from '../../../schema/account/role.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { auditRules } from '../audit-rules.ts'
import { importName } from './import-rules.ts'
import { deleteRuleImport as takeAway } from './rule-imports.ts'

/** Keeps the rules' settings for a later import. */
export const removeImport = defineOperation({
  name: 'remove_import',
  summary: 'Removes an import of rules. Its rules stop matching.',
  role: 'admin',
  input: z.strictObject({ name: importName }),
  output: z.object({ name: z.string(), removed: z.literal(true), rules: z.int() }),
  async run({ name }, deps: Pick<Deps, 'rules' | 'rulesFolder' | 'store' | 'now'> & { readonly actor: Actor }) {
    const { rules, rulesFolder } = deps
    const count = rules.entries.filter(({ pack }) => pack === name).length
    await rules.refresh(async () => {
      if (await takeAway(rulesFolder, name)) return
      throw new AppError('NOT_FOUND', `Import "${name}" not found.`, {
        hint: 'List the rules: each one names its pack.',
      })
    })
    await auditRules(deps, { action: 'remove_import', target: name, before: { rules: count }, after: null })
    return { name, removed: true as const, rules: count }
  },
})
