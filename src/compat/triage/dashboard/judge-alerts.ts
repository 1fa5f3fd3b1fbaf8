import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'
import { judgeAlert } from '../judge-alert.ts'

const most = 50

/** Triages several alerts one after the other; one that is invalid does not stop the others. */
export const judgeAlerts = defineOperation({
  name: 'judge_alerts',
  summary: 'Triages several alerts of another system. Stores nothing.',
  role: 'viewer',
  input: z.strictObject({ alerts: z.array(z.unknown()).min(1).max(most) }),
  output: z.object({ results: z.array(z.union([judgeAlert.output, z.object({ error: z.string() })])) }),
  async run({ alerts }, deps: Pick<Deps, 'triageAlert' | 'normalize' | 'now'> & { readonly actor: Actor }) {
    const results = []
    for (const alert of alerts) {
      results.push(
        await judgeAlert.run({ alert }, deps).catch((error: unknown) => {
          if (!(error instanceof AppError) || error.status >= 500) throw error
          return { error: error.message }
        }),
      )
    }
    return { results }
  },
})
