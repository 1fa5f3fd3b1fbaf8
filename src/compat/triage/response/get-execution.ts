import { z } from 'zod'
import { requireAction } from '../../../operations/actions/require-action.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import { remediationAction } from '../../../schema/action/remediation-action.ts'

/** Returns one remediation action, which clients of the triage services know as an execution. */
export const getExecution = defineOperation({
  name: 'get_execution',
  summary: 'Returns one remediation action, for clients of the triage services.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(100) }),
  output: remediationAction,
  run: ({ id }, { store }: Pick<Deps, 'store'>) => requireAction(store, id),
})
