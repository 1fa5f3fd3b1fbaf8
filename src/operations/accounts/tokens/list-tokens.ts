import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { tokenView, toTokenView } from './token-view.ts'

export const listTokens = defineOperation({
  name: 'list_tokens',
  summary: 'Lists API tokens and sessions with their last use, newest first. Secrets are never included.',
  role: 'admin',
  input: z.strictObject({}),
  output: z.object({ data: z.array(tokenView), next_cursor: z.string().nullable() }),
  async run(_input, { store }: Pick<Deps, 'store'>) {
    const tokens = await store.tokens.list()
    return { data: tokens.toSorted((a, b) => b.created_at - a.created_at).map(toTokenView), next_cursor: null }
  },
})
