import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireProvider } from './identity-provider.ts'

/** Begins a sign-in through the identity provider. */
export const beginProviderSignIn = defineOperation({
  name: 'begin_provider_sign_in',
  summary: 'Begins a sign-in through the identity provider: where to send the browser.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z
    .object({
      location: z.url(),
      /** Sealed. The browser keeps it, and gives it back with the provider’s answer within ten minutes. */
      pending: z.string(),
    })
    .meta({ id: 'ProviderSignIn' }),
  run: (_input, { entry }: Pick<Deps, 'entry'>) => requireProvider(entry.provider).begin(),
})
