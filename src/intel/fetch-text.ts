import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Runtime } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'

interface FetchOptions {
  readonly fetch: Runtime['fetch']
  /** Who is asked, for messages: `URLhaus`. Addresses may hold keys, so they are not named. */
  readonly whom: string
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  readonly maxBytes: number
  readonly timeout: number
  /** What the server said of its last answer. */
  readonly etag?: string | null
  readonly lastModified?: string | null
  /** Whether a redirect is followed; never where a secret goes along. */
  readonly redirect?: boolean
}

export interface Fetched {
  readonly status: number
  /** Undefined when nothing has changed. */
  readonly text: string | undefined
  readonly etag: string | null
  readonly lastModified: string | null
  readonly headers: Headers
}

/**
 * Fetches a text over HTTP, or from a `file:` URL, within limits of size and time. Gzip is unpacked. Statuses in `accepted` are answers;
 * others throw SOURCE_FAILED, retryable for 408, 429 and 5xx, with `retryAfter` where the server gave one.
 */
export const fetchText = async (options: FetchOptions, accepted: readonly number[] = []): Promise<Fetched> => {
  const { whom, url, signal, timeout } = options
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
      throw refusal(whom, status, headers)
    }
    return { ...about, text: unpack(await readBody(response, options), options) }
  } catch (error) {
    if (error instanceof AppError || signal.aborted) throw error
    const late = limit.aborted
    throw new AppError(
      'SOURCE_FAILED',
      late ? `${whom} did not answer within ${timeout / 1000} s.` : `${whom} cannot be reached.`,
      {
        hint: late ? 'It is tried again later.' : `Check the network and the address: ${reasonOf(error)}.`,
        retryable: true,
        cause: error,
      },
    )
  }
}

/** What the network says, which `fetch` wraps; never the address. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return cause instanceof Error && 'code' in cause
    ? String(cause.code)
    : messageOf(cause).replaceAll(/https?:\S+/g, '…')
}

const refusal = (whom: string, status: number, headers: Headers): AppError => {
  const retryAfter = waitOf(headers)
  const hints: Readonly<Record<number, string>> = {
    301: 'It has moved: give its new address.',
    302: 'It has moved: give its new address.',
    401: 'Check its key.',
    403: 'Check its key, and whether it may be used for this.',
    404: 'Check its address.',
    429: 'Too many questions: lower how often it is asked.',
  }
  return new AppError('SOURCE_FAILED', `${whom} answered ${status}.`, {
    hint: hints[status] ?? (status >= 500 ? 'The fault is at its end; it is tried again later.' : 'Check its options.'),
    retryable: status === 408 || status === 429 || status >= 500,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

/** Reads `Retry-After`: seconds, or a date by the server's own clock. */
const waitOf = (headers: Headers): number | undefined => {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const seconds = /^\d{1,9}$/.test(text.trim())
    ? Number(text)
    : (Date.parse(text) - Date.parse(headers.get('date') ?? '')) / 1000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined
}

const readBody = async (response: Response, { whom, maxBytes }: FetchOptions): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw tooLarge(whom, maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const readLocal = async ({ whom, url, maxBytes, etag }: FetchOptions): Promise<Fetched> => {
  try {
    const path = fileURLToPath(url)
    const { size, mtimeMs } = await stat(path)
    const mark = `${size}-${mtimeMs}`
    const about = { status: 200, headers: new Headers(), etag: mark, lastModified: null }
    if (etag === mark) return { ...about, text: undefined }
    if (size > maxBytes) throw tooLarge(whom, maxBytes)
    return { ...about, text: unpack(await readFile(path), { whom, maxBytes }) }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('SOURCE_FAILED', `${whom} cannot be read: ${messageOf(error)}`, {
      hint: 'Check the path and its permissions.',
      retryable: true,
      cause: error,
    })
  }
}

const tooLarge = (whom: string, maxBytes: number): AppError =>
  new AppError('SOURCE_FAILED', `${whom} sent more than ${Math.round(maxBytes / 1_048_576)} MB.`, {
    hint: 'Raise its max_bytes if that is right.',
  })

const utf8 = new TextDecoder('utf-8')

const unpack = (bytes: Uint8Array, { whom, maxBytes }: Pick<FetchOptions, 'whom' | 'maxBytes'>): string => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return utf8.decode(bytes)
  try {
    return utf8.decode(gunzipSync(bytes, { maxOutputLength: maxBytes }))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(whom, maxBytes)
    throw new AppError('SOURCE_FAILED', `What ${whom} sent is damaged gzip.`, { retryable: true, cause: error })
  }
}
