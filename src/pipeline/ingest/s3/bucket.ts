import { z } from 'zod'
import type { Runtime } from '../../../component.ts'
import { AppError, messageOf } from '../../../errors.ts'
import { limited, within } from '../../../lib/deadline/deadline.ts'
import { type S3Access, signRequest } from '../../../lib/s3/signed-request.ts'

/** An object of a bucket, as it is listed. */
export interface ListedObject {
  readonly key: string
  /** Changes with the content. */
  readonly etag: string
  /** When it was written, in ms. */
  readonly modified: number
  readonly size: number
}

/** The part of the S3 API that reads. */
export interface Bucket {
  /** Lists objects in the order of their keys, those after a key only. */
  list(prefix: string, after: string | undefined, signal: AbortSignal): AsyncGenerator<ListedObject>
  /** Opens an object; undefined if it was deleted. */
  open(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>
}

interface BucketOptions {
  readonly root: string
  readonly access: S3Access
  readonly fetch: Runtime['fetch']
  readonly now: () => number
  /** How long the store may take to begin an answer, to list a page, and to send the next part of an object, in ms. */
  readonly timeout: number
}

const mostListing = 16 * 1024 * 1024
const listed = z.object({
  key: z.string().min(1),
  etag: z.string(),
  modified: z.number().positive(),
  size: z.int().min(0),
})

/** Reads a bucket. Its methods throw SOURCE_FAILED if the store refuses or does not answer. */
export const openBucket = ({ root, access, fetch, now, timeout }: BucketOptions): Bucket => {
  const silent = (): AppError =>
    new AppError(
      'SOURCE_FAILED',
      `${new URL(root).origin} is too slow: an answer, or a part of one, took over ${timeout / 1000} s.`,
    )
  const get = async (url: string, signal: AbortSignal): Promise<Response> => {
    const signed = await signRequest(access, { method: 'GET', url }, now())
    try {
      return await fetch(signed.url, { headers: signed.headers, redirect: 'manual', signal })
    } catch (error) {
      if (error instanceof AppError) throw error
      throw new AppError('SOURCE_FAILED', `${new URL(root).origin} does not answer: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }
  return {
    async *list(prefix, after, signal) {
      for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
        const query = new URLSearchParams({ 'list-type': '2', 'encoding-type': 'url', prefix })
        if (token !== undefined) query.set('continuation-token', token)
        else if (after !== undefined) query.set('start-after', after)
        const page = async (limit: AbortSignal) => {
          const answer = await get(`${root}/?${query}`, limit)
          if (!answer.ok) throw await refused(answer)
          return answer.text()
        }
        const text = await limited(timeout, signal, page, silent)
        if (text.length > mostListing) throw new AppError('SOURCE_FAILED', 'A page of the listing is too long.')
        if (!text.includes('<ListBucketResult')) throw new AppError('SOURCE_FAILED', 'The answer is no listing of S3.')
        for (const [, object = ''] of text.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) yield toListed(object)
        const next = /<IsTruncated>true</.test(text) ? element(text, 'NextContinuationToken') : undefined
        if (next !== undefined && next === token) throw new AppError('SOURCE_FAILED', 'The listing of S3 never ends.')
        token = next
      }
    },
    async open(key, signal) {
      const path = key.split('/').map(encodeURIComponent).join('/')
      const end = new AbortController()
      const late = (): never => {
        const error = silent()
        end.abort(error)
        throw error
      }
      const answer = await within(timeout, get(`${root}/${path}`, AbortSignal.any([signal, end.signal])), late)
      if (answer.status === 404) return undefined
      if (!answer.ok) throw await within(timeout, refused(answer), late)
      return answer.body ? inTime(answer.body, timeout, late) : undefined
    },
  }
}

/** The least that must arrive before the time for the next part begins again: a store that sends single bytes is as good as silent. */
const leastPart = 1024

/** Reads a body. Runs `late`, which throws, when a part takes longer than `timeout` ms, without the time in which the reader is busy. */
async function* inTime(body: AsyncIterable<Uint8Array>, timeout: number, late: () => never) {
  const chunks = body[Symbol.asyncIterator]()
  let [left, arrived] = [timeout, 0]
  try {
    for (;;) {
      const began = performance.now()
      const next = await within(left, chunks.next(), late)
      if (next.done) return
      left -= performance.now() - began
      arrived += next.value.byteLength
      if (arrived >= leastPart) [left, arrived] = [timeout, 0]
      yield next.value
    }
  } finally {
    // Do not wait, because a silent store never answers.
    chunks.return?.().catch(() => undefined)
  }
}

const element = (xml: string, name: string): string | undefined => {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? []
  return text
    ?.replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}

const toListed = (xml: string): ListedObject => {
  const parsed = listed.safeParse({
    key: decode(element(xml, 'Key') ?? ''),
    etag: element(xml, 'ETag') ?? '',
    modified: Date.parse(element(xml, 'LastModified') ?? ''),
    size: Number(element(xml, 'Size')),
  })
  if (!parsed.success) throw new AppError('SOURCE_FAILED', 'The listing of S3 has an object without key, time or size.')
  return parsed.data
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

const refused = async (answer: Response): Promise<AppError> => {
  const text = (await answer.text()).slice(0, mostListing)
  const code = element(text, 'Code')
  const says = code === undefined ? '' : `: ${code.slice(0, 100)}`
  return new AppError('SOURCE_FAILED', `The store answered ${answer.status}${says}.`, {
    ...(answer.status === 403 && { hint: 'The access key needs the permissions s3:ListBucket and s3:GetObject.' }),
    ...((answer.status === 301 || answer.status === 307) && { hint: 'Set `region` to the region of the bucket.' }),
  })
}
