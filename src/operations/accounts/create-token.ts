import { z } from 'zod'
import { type Actor, role } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { keepToken } from './keep-token.ts'
import { hashToken, spellToken } from './token-secret.ts'
import { tokenView, toTokenView } from './token-view.ts'

const day = 86_400_000

/** Makes a token. Its secret is in the answer and nowhere else, ever. */
export const createToken = defineOperation({
  name: 'create_token',
  summary: 'Makes a token for a program; its secret is shown once.',
  role: 'admin',
  input: z.strictObject({
    name: z.string().trim().min(1).max(100).describe('What uses it: `fluent-bit on web-01`.'),
    role: role.describe('What it may do; give senders of logs `ingest`.'),
    expires_in_days: z.int().min(1).max(3650).optional().describe('Days until it ends; without it, it does not.'),
  }),
  output: tokenView.extend({ secret: z.string() }).meta({ id: 'NewToken' }),
  async run({ name, role, expires_in_days }, { store, now, newId, newSecret, actor }: TokenDeps) {
    const secret = spellToken(role, newSecret())
    const created_at = now()
    const token = {
      id: `token-${newId()}`,
      name,
      role,
      hash: hashToken(secret),
      created_at,
      expires_at: expires_in_days === undefined ? null : created_at + expires_in_days * day,
      last_used_at: null,
      revoked_at: null,
      user_id: null,
    }
    await keepToken(token, 'create_token', actor.name, { store })
    return { ...toTokenView(token), secret }
  },
})

type TokenDeps = Pick<Deps, 'store' | 'now' | 'newId' | 'newSecret'> & { readonly actor: Actor }
