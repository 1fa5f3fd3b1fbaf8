import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Tells the sign-in what to offer. */
export const listWaysIn = defineOperation({
  name: 'list_ways_in',
  summary: 'Tells how one may sign in here.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z
    .object({
      /** Whether anybody has a password. */
      password: z.boolean(),
      /** What the identity provider is called; null when there is none. */
      provider: z.string().nullable(),
    })
    .meta({ id: 'WaysIn' }),
  run: async (_input, { store, entry }: Pick<Deps, 'store' | 'entry'>) => ({
    password: await store.accounts.havePasswords(),
    provider: entry.provider?.name ?? null,
  }),
})
