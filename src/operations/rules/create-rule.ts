import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import { ruleView } from '../../schema/rule/rule.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { auditRules } from './audit-rules.ts'
import { requireDocuments, ruleText } from './lint/lint-rules.ts'
import { requireRule, toRuleView } from './rule-view.ts'

/** The folder, among the imports, of the rules that were written here. */
export const ownRules = 'own'

export const createRule = defineOperation({
  name: 'create_rule',
  summary: 'Adds a Sigma rule, or replaces an added one. The rule applies to new events.',
  role: 'admin',
  input: z.strictObject({ yaml: ruleText }),
  output: ruleView,
  async run(
    { yaml },
    deps: Pick<Deps, 'rules' | 'reach' | 'rulesFolder' | 'store' | 'now'> & { readonly actor: Actor },
  ) {
    const { rules, reach, rulesFolder } = deps
    const [document] = requireDocuments(yaml, rules)
    if (!document?.hasOwnId) {
      throw new AppError('INVALID_REQUEST', 'The rule has no id and no name.', {
        errors: [{ path: 'yaml:1', message: 'has no id', hint: 'Generate an ID with "uuidgen" and add "id: …".' }],
      })
    }
    const before = rules.get(document.id)
    if (before && before.pack !== ownRules) {
      throw new AppError('CONFLICT', `Rule ${document.id} already exists in ${before.document.file}.`, {
        hint: 'Use another id, and disable the existing rule.',
      })
    }
    const folder = join(rulesFolder, ownRules)
    const file = fileOf(document.id)
    await rules.refresh(async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(join(folder, `.${file}`), yaml)
      await rename(join(folder, `.${file}`), join(folder, file))
    })
    const after = requireRule(rules, document.id)
    await auditRules(deps, {
      action: 'create_rule',
      target: document.id,
      before: before ? { yaml: before.document.source } : null,
      after: { yaml },
    })
    return toRuleView(after, await reach(), rules)
  },
})

/** Names the file of a rule: after its id, as long as that is a plain word. */
export const fileOf = (id: string): string =>
  `${/^[a-z0-9][a-z0-9_-]{0,99}$/i.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 32)}.yml`
