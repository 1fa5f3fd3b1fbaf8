import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Runtime } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { isGzip } from '../lib/bytes/begins-with.ts'

interface FetchOptions {
  readonly fetch: Runtime['fetch']
  /** The name of the server in messages: `URLhaus`. Messages never contain the URL, because it may contain a key. */
  readonly server: string
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  readonly maxBytes: number
  readonly timeout: number
  /** The validators of the previous response. */
  readonly etag?: string | null
  readonly lastModified?: string | null
  /** Whether to follow redirects. Never set this for a request with a secret. */
  readonly redirect?: boolean
}

export interface Fetched {
  readonly status: number
  /** Undefined if the text is unchanged. */
  readonly text: string | undefined
  readonly etag: string | null
  readonly lastModified: string | null
  readonly headers: Headers
}

/**
 * Fetches a text over HTTP or from a `file:` URL, within limits of size and time, and decompresses gzip. Throws SOURCE_FAILED for error
 * statuses that are not in `accepted`: retryable for 408, 429 and 5xx, with `retryAfter` if the server sent it.
 */
export const fetchText = async (options: FetchOptions, accepted: readonly number[] = []): Promise<Fetched> => {
  const { server, url, signal, timeout } = options
  if (url.startsWith('file:')) return readLocal(options)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
  try {
    const response = await options.fetch(url, {
      method: options.method ?? 'GET',
      headers: {
        'user-agent': 'vedette',
        ...(options.etag && { 'if-none-match': options.etag }),
        ...(options.lastModified && { 'if-modified-since': options.lastModified }),
        ...options.headers,
      },
      ...(options.body !== undefined && { body: options.body }),
      redirect: options.redirect ? 'follow' : 'manual',
      signal: limit,
    })
    const { status, headers } = response
    const about = { status, headers, etag: headers.get('etag'), lastModified: headers.get('last-modified') }
    if (status === 304) {
      await response.body?.cancel()
      return { ...about, text: undefined }
    }
    if (!response.ok && !accepted.includes(status)) {
      await response.body?.cancel()
      throw statusError(server, status, headers)
    }
    return { ...about, text: decompress(await readBody(response, options), options) }
  } catch (error) {
    if (error instanceof AppError || signal.aborted) throw error
    const late = limit.aborted
    throw new AppError(
      'SOURCE_FAILED',
      late ? `${server} did not answer within ${timeout / 1000} s.` : `Cannot reach ${server}.`,
      {
        hint: late ? 'Vedette retries later.' : `Check the network and the URL: ${reasonOf(error)}.`,
        retryable: true,
        cause: error,
      },
    )
  }
}

/** The network error that `fetch` wraps, without the URL. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return cause instanceof Error && 'code' in cause
    ? String(cause.code)
    : messageOf(cause).replaceAll(/https?:\S+/g, '…')
}

const statusError = (server: string, status: number, headers: Headers): AppError => {
  const retryAfter = waitOf(headers)
  const hints: Readonly<Record<number, string>> = {
    301: 'It has moved: set the new URL.',
    302: 'It has moved: set the new URL.',
    401: 'Check the API key.',
    403: 'Check the API key and its permissions.',
    404: 'Check the URL.',
    429: 'Too many requests: lower the frequency of pulls or the quota.',
  }
  return new AppError('SOURCE_FAILED', `${server} answered ${status}.`, {
    hint: hints[status] ?? (status >= 500 ? 'The server failed. Vedette retries later.' : 'Check its options.'),
    retryable: status === 408 || status === 429 || status >= 500,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

/** Parses `Retry-After`: seconds, or a date by the server's clock. */
const waitOf = (headers: Headers): number | undefined => {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const seconds = /^\d{1,9}$/.test(text.trim())
    ? Number(text)
    : (Date.parse(text) - Date.parse(headers.get('date') ?? '')) / 1000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined
}

const readBody = async (response: Response, { server, maxBytes }: FetchOptions): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw tooLarge(server, maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const readLocal = async ({ server, url, maxBytes, etag }: FetchOptions): Promise<Fetched> => {
  try {
    const path = fileURLToPath(url)
    const { size, mtimeMs } = await stat(path)
    const fileTag = `${size}-${mtimeMs}`
    const about = { status: 200, headers: new Headers(), etag: fileTag, lastModified: null }
    if (etag === fileTag) return { ...about, text: undefined }
    if (size > maxBytes) throw tooLarge(server, maxBytes)
    return { ...about, text: decompress(await readFile(path), { server, maxBytes }) }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('SOURCE_FAILED', `Cannot read ${server}: ${messageOf(error)}`, {
      hint: 'Check the path and its permissions.',
      retryable: true,
      cause: error,
    })
  }
}

const tooLarge = (server: string, maxBytes: number): AppError =>
  new AppError('SOURCE_FAILED', `${server} sent more than ${Math.round(maxBytes / 1_048_576)} MB.`, {
    hint: 'Raise its max_bytes if the size is correct.',
  })

const utf8 = new TextDecoder('utf-8')

const decompress = (bytes: Uint8Array, { server, maxBytes }: Pick<FetchOptions, 'server' | 'maxBytes'>): string => {
  if (!isGzip(bytes)) return utf8.decode(bytes)
  try {
    return utf8.decode(gunzipSync(bytes, { maxOutputLength: maxBytes }))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(server, maxBytes)
    throw new AppError('SOURCE_FAILED', `${server} sent invalid gzip data.`, { retryable: true, cause: error })
  }
}
