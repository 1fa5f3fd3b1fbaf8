import { z } from 'zod'
import { decision } from '../../schema/audit/decision.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireDecision } from './read-decision.ts'

export const getDecision = defineOperation({
  name: 'get_decision',
  summary: 'Returns the progress of a bulk change.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(100) }),
  output: decision,
  run: ({ id }, { store, now }: Pick<Deps, 'store' | 'now'>) => requireDecision(store, id, now()),
})
