import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { requireProvider } from './identity-provider.ts'

export const beginProviderSignIn = defineOperation({
  name: 'begin_provider_sign_in',
  summary: 'Starts a sign-in through the identity provider and returns the URL for the browser.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z
    .object({
      location: z.url(),
      /** An encrypted value. The browser stores it and returns it with the provider’s answer within ten minutes. */
      pending: z.string(),
    })
    .meta({ id: 'ProviderSignIn' }),
  run: (_input, { signIn }: Pick<Deps, 'signIn'>) => requireProvider(signIn.provider).begin(),
})
