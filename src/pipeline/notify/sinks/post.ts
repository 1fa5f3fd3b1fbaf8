import { z } from 'zod'
import type { Runtime } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import { toPlainLine } from '../plain.ts'

interface Post {
  readonly fetch: Runtime['fetch']
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  /** Further statuses that are no failure. */
  readonly accepts?: readonly number[]
  readonly method?: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'
}

const mostReason = 200
const mostAnswer = 64 * 1024

/**
 * Sends a request, a POST by default, and returns the response with its body unread. 2xx means delivered. 5xx, 408, 425 and 429 are retryable, other statuses are
 * not. Redirects are not followed, because they would send the message to an address that is not configured. Errors name only the origin of
 * the URL, because path and query often contain a secret; they quote what a JSON or plain text answer gives as the reason.
 */
export const post = async ({
  fetch,
  url,
  headers,
  body,
  signal,
  method = 'POST',
  accepts = [],
}: Post): Promise<Response> => {
  const { origin } = new URL(url)
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { 'user-agent': 'vedette', ...headers },
    ...(body !== undefined && { body }),
    signal,
  }).catch((error: unknown) => {
    throw new AppError('SINK_REJECTED', `${origin} could not be reached: ${errorCodeOf(error)}.`, {
      hint: 'Check the URL, and that it can be reached from here.',
      retryable: true,
    })
  })
  if (response.ok || accepts.includes(response.status)) return response
  throw rejection({ url, method }, response, await readAnswer(response))
}

/** Reads a short answer that a person can read; empty if there is none. */
const readAnswer = async (response: Response): Promise<string> => {
  const isReadable = /^(?:application\/(?:[\w.+-]*\+)?json|text\/plain)\b/.test(
    response.headers.get('content-type') ?? '',
  )
  if (!isReadable || !response.body) {
    await response.body?.cancel()
    return ''
  }
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk)
      length += chunk.byteLength
      if (length > mostAnswer) break
    }
  } catch {
    // The status already says that the message was refused, so a cut-off reason changes nothing.
    return ''
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

const rejection = (
  { url, method }: { readonly url: string; readonly method: string },
  { status, headers }: Response,
  answer: string,
): AppError => {
  const { origin } = new URL(url)
  const redirected = status >= 300 && status < 400
  const { reason, wait } = explain(answer)
  const retryAfter = secondsOf(headers.get('retry-after')) ?? wait
  // A receiver may echo the path, which often contains a secret.
  const quoted = reason === '' || echoes(reason, url) ? '' : `: ${reason.replace(/\.$/, '')}`
  return new AppError('SINK_REJECTED', `${origin} returned status ${status}${quoted}.`, {
    hint: redirected
      ? 'The receiver redirects. Configure the target URL instead.'
      : `Check that ${origin} accepts ${method} requests from here.`,
    retryable: status >= 500 || status === 429 || status === 408 || status === 425,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

/** Whether a text contains a part of the URL's path or query that may be a secret. */
const echoes = (text: string, url: string): boolean => {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`.split(/[/?&=]/).some((part) => part.length >= 8 && text.includes(part))
}

const answerFields = z.looseObject({
  message: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  errors: z.array(z.string()).optional().catch(undefined),
  retry_after: z.number().optional().catch(undefined),
  parameters: z.looseObject({ retry_after: z.number() }).optional().catch(undefined),
})

/** Finds the reason and the pause in seconds in an answer: Discord and Telegram state the pause in the body. */
const explain = (answer: string): { readonly reason: string; readonly wait: number | undefined } => {
  const fields = answerFields.safeParse(readJson(answer))
  const plain = (text: string) => toPlainLine(text).trim().slice(0, mostReason)
  if (!fields.success) return { reason: /^\s*[<{[]/.test(answer) ? '' : plain(answer), wait: undefined }
  const { message, description, error, errors = [], retry_after, parameters } = fields.data
  const wait = parameters?.retry_after ?? retry_after
  return {
    reason: plain([message ?? description ?? error ?? '', ...errors].filter((part) => part !== '').join(': ')),
    wait: wait !== undefined && wait >= 0 && wait < 1_000_000 ? Math.ceil(wait) : undefined,
  }
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const secondsOf = (header: string | null): number | undefined =>
  header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined

/** Names a network failure by its code, because messages may contain the URL. */
export const errorCodeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.name : 'unknown error'
}
