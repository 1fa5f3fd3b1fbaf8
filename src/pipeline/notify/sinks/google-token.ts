import { z } from 'zod'
import type { Runtime } from '../../../component.ts'
import { AppError, messageOf } from '../../../errors.ts'
import { createLate } from '../../../lib/late/late.ts'
import { post } from './post.ts'

/** The fields that we need of a service account's key file. */
const serviceAccount = z.object({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }),
})

/** A service account's key, as JSON. */
export const serviceAccountKey = z
  .string()
  .transform((text, context) => {
    const parsed = serviceAccount.safeParse(readJson(text))
    if (parsed.success) return parsed.data
    context.addIssue('is not a service account key; expected the JSON file that Google provides')
    return z.NEVER
  })
  .pipe(serviceAccount)
type ServiceAccount = z.output<typeof serviceAccount>

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
const lifetime = 3_600
/** How long before its expiry to renew a token, in ms. */
const early = 300_000

/** Gets access tokens of Google for a service account (RFC 7523) and caches them. Throws SINK_REJECTED. */
export const createGoogleToken = (
  { client_email, private_key, private_key_id, token_uri }: ServiceAccount,
  scope: string,
  { fetch, now }: Pick<Runtime, 'fetch' | 'now'>,
) => {
  // Only a server that notifies such a receiver loads it.
  const library = createLate(() => import('jose'))
  let token: { readonly text: string; readonly until: number } | undefined

  const sign = async (): Promise<string> => {
    const { importPKCS8, SignJWT } = await library.load()
    const key = await importPKCS8(private_key, 'RS256').catch((error: unknown) => {
      throw new AppError('SINK_REJECTED', `The private key of ${client_email} cannot be read: ${messageOf(error)}.`, {
        hint: 'Download a new key for the service account.',
      })
    })
    const seconds = Math.floor(now() / 1000)
    return new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(private_key_id !== undefined && { kid: private_key_id }) })
      .setIssuer(client_email)
      .setAudience(token_uri)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + lifetime)
      .sign(key)
  }

  return {
    forget(): void {
      token = undefined
    },
    async get(signal: AbortSignal): Promise<string> {
      if (token && token.until > now()) return token.text
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: await sign() }
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const body = new URLSearchParams(form).toString()
      const answer = await post({ fetch, url: token_uri, headers, body, signal })
      const parsed = granted.safeParse(readJson(await answer.text()))
      if (!parsed.success) {
        throw new AppError('SINK_REJECTED', `${new URL(token_uri).origin} returned no token.`, {
          hint: 'Check token_uri in the key of the service account.',
        })
      }
      const { access_token, expires_in } = parsed.data
      token = { text: access_token, until: now() + expires_in * 1000 - early }
      return access_token
    },
  }
}
