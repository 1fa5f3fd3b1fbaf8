import type { Runtime } from '../../component.ts'
import { AppError } from '../../errors.ts'

interface Post {
  readonly fetch: Runtime['fetch']
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

/**
 * Posts a body and returns the answer, its body unread. A 2xx means that the receiver has it; 5xx, 408, 425 and 429 are worth
 * another try, everything else is not. Redirects are not followed: they would carry the message somewhere that nobody configured.
 * Errors name the receiver by its origin alone: the path and query of such an address are often its password.
 */
export const post = async ({ fetch, url, headers, body, signal }: Post): Promise<Response> => {
  const { origin } = new URL(url)
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'user-agent': 'vedette', ...headers },
    body,
    signal,
  }).catch((error: unknown) => {
    throw new AppError('SINK_REJECTED', `${origin} could not be reached: ${causeOf(error)}.`, {
      hint: 'Check the address, and that it can be reached from here.',
      retryable: true,
    })
  })
  if (response.ok) return response
  await response.body?.cancel()
  throw rejection(origin, response)
}

const rejection = (origin: string, { status, headers }: Response): AppError => {
  const redirected = status >= 300 && status < 400
  const retryAfter = secondsOf(headers.get('retry-after'))
  return new AppError('SINK_REJECTED', `${origin} answered ${status}.`, {
    hint: redirected
      ? 'It points elsewhere; configure the address that it points to.'
      : `Check that ${origin} accepts POST requests from here.`,
    retryable: status >= 500 || status === 429 || status === 408 || status === 425,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

const secondsOf = (header: string | null): number | undefined =>
  header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined

/** Names a network failure by its code, because messages may quote the address. */
export const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.name : 'unknown error'
}
