import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import type { Credential } from '../credential.ts'
import { tokenView, toTokenView } from '../tokens/token-view.ts'

export const listSessions = defineOperation({
  name: 'list_sessions',
  summary: 'Lists your own sessions and short-lived tokens, newest first.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({
    data: z.array(tokenView.extend({ current: z.boolean() }).meta({ id: 'OwnSession' })),
    next_cursor: z.string().nullable(),
  }),
  async run(_input, { store, now, credential }: Pick<Deps, 'store' | 'now'> & { readonly credential: Credential }) {
    const { accountId, tokenId } = credential
    const own = accountId === null ? [] : await store.tokens.of(accountId)
    const open = own.filter(({ expires_at }) => expires_at === null || expires_at > now())
    return { data: open.map((one) => ({ ...toTokenView(one), current: one.id === tokenId })), next_cursor: null }
  },
})
