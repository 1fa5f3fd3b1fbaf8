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
 * Posts a body and returns the response with its body unread. 2xx means delivered. 5xx, 408, 425 and 429 are retryable, other statuses are
 * not. Redirects are not followed, because they would send the message to an address that is not configured. Errors name only the origin of
 * the URL, because path and query often contain a secret.
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
    throw new AppError('SINK_REJECTED', `${origin} could not be reached: ${errorCodeOf(error)}.`, {
      hint: 'Check the URL, and that it can be reached from here.',
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
  return new AppError('SINK_REJECTED', `${origin} returned status ${status}.`, {
    hint: redirected
      ? 'The receiver redirects. Configure the target URL instead.'
      : `Check that ${origin} accepts POST requests from here.`,
    retryable: status >= 500 || status === 429 || status === 408 || status === 425,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

const secondsOf = (header: string | null): number | undefined =>
  header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined

/** Names a network failure by its code, because messages may contain the URL. */
export const errorCodeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.name : 'unknown error'
}
