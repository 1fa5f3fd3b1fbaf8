import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'

export const listAuthenticationMethods = defineOperation({
  name: 'list_ways_in',
  summary: 'Lists the available authentication methods.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z
    .object({
      /** Whether any account has a password. */
      password: z.boolean(),
      /** The display name of the identity provider; null without one. */
      provider: z.string().nullable(),
    })
    .meta({ id: 'WaysIn' }),
  run: async (_input, { store, signIn }: Pick<Deps, 'store' | 'signIn'>) => ({
    password: await store.accounts.havePasswords(),
    provider: signIn.provider?.name ?? null,
  }),
})
