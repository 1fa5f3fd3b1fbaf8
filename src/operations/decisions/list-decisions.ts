import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { decision } from '../../schema/audit/decision.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'
import { readDecision } from './read-decision.ts'

export const listDecisions = defineOperation({
  name: 'list_decisions',
  summary: 'Lists your own bulk changes of alerts and incidents, newest first. Recent ones can be undone.',
  role: 'viewer',
  input: z.strictObject(paging),
  output: pageOf(decision),
  async run({ limit, cursor }, { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const page = await store.decisions.list({ actor: actor.name, limit, after: cursor })
    return toPage(page, (item) => readDecision(item, now()))
  },
})
