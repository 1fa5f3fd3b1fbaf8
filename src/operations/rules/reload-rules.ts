import { z } from 'zod'
import { ruleFault } from '../../schema/rule/rule.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { toFaultView } from './rule-view.ts'

const mostFaults = 200

/** Checks the rule folders now instead of within the next seconds. */
export const reloadRules = defineOperation({
  name: 'reload_rules',
  summary: 'Reloads changed files from the rule folders.',
  role: 'admin',
  input: z.strictObject({}),
  output: z
    .object({
      revision: z.int(),
      changed: z.boolean(),
      rules: z.int(),
      in_force: z.int(),
      faults: z.array(ruleFault),
    })
    .meta({ id: 'RuleReload' }),
  async run(_input, { rules }: Pick<Deps, 'rules'>) {
    const { revision, changed, documents, inForce, faults } = await rules.refresh()
    return {
      revision,
      changed,
      rules: documents,
      in_force: inForce,
      faults: faults.slice(0, mostFaults).map(toFaultView),
    }
  },
})
