import { z } from 'zod'
import { day } from '../../../lib/units/time.ts'
import { type Actor, role } from '../../../schema/account/role.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { storeToken } from './store-token.ts'
import { formatToken, hashToken } from './token-secret.ts'
import { tokenView, toTokenView } from './token-view.ts'

export const createToken = defineOperation({
  name: 'create_token',
  summary: 'Creates an API token for a program. The secret is shown only once.',
  role: 'admin',
  input: z.strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .describe('The program that uses the token, such as `fluent-bit on web-01`.'),
    role: role.describe('The role of the token. Use `ingest` for log shippers.'),
    expires_in_days: z
      .int()
      .min(1)
      .max(3650)
      .optional()
      .describe('Days until the token expires. Without a value, the token never expires.'),
  }),
  output: tokenView.extend({ secret: z.string() }).meta({ id: 'NewToken' }),
  async run({ name, role, expires_in_days }, { store, now, newId, newSecret, actor }: TokenDeps) {
    const secret = formatToken(role, newSecret())
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
    await storeToken(token, 'create_token', actor.name, { store })
    return { ...toTokenView(token), secret }
  },
})

type TokenDeps = Pick<Deps, 'store' | 'now' | 'newId' | 'newSecret'> & { readonly actor: Actor }
