import { createHash } from 'node:crypto'
import { AppError, messageOf } from '../../errors.ts'
import { pause } from '../../lib/deadline/deadline.ts'
import { bucketUrl, type S3Access, signRequest } from '../../lib/s3/signed-request.ts'

/** Where the payloads of new blocks are stored, instead of in the database. */
export interface BlockLocation extends S3Access {
  readonly bucket: string
  /** The URL of a service other than AWS, such as MinIO. */
  readonly endpoint?: string | undefined
  /** The prefix of object names; empty or with a slash at its end. */
  readonly prefix: string
}

/** The objects with the payloads of blocks. All functions throw a retryable UNAVAILABLE while the service is unreachable. */
export interface BlockObjects {
  /** Stores a payload; returns the name of its object. The same payload gets the same name. */
  put(block: { readonly partition: number; readonly first: number }, payload: Uint8Array): Promise<string>
  /**
   * Reads an object; undefined if it does not exist. Reads it again if its bytes do not match its name. If they are wrong in the same way
   * each time, they were stored so, and are returned.
   */
  get(name: string): Promise<Uint8Array | undefined>
  remove(name: string): Promise<void>
  /** Throws if the service does not answer within `ms`, or if the bucket does not exist. */
  ping(ms: number): Promise<void>
  /** Lists the objects that are older than `age`, in ms, by the clock of the service. */
  list(age: number): AsyncIterable<string>
}

const tries = 3
const shortestRest = 200
/** How long a request may take, in ms: a block has a few hundred kB. */
const longest = 20_000

interface ObjectRequest {
  readonly method: 'DELETE' | 'GET' | 'PUT'
  /** The name of the object; without it, the bucket. */
  readonly name?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly ms?: number
}

/** Stores the payloads of blocks in S3 or a compatible service. */
export const openBlockObjects = ({ prefix, bucket, endpoint, ...access }: BlockLocation): BlockObjects => {
  const root = bucketUrl(bucket, access.region, endpoint)
  const place = `object storage s3://${bucket}/${prefix}`
  const away = (reason: string): AppError =>
    new AppError('UNAVAILABLE', `The ${place} does not answer: ${reason}.`, {
      hint: 'Check that the service runs and can be reached from here. Accepted records wait until then.',
      retryable: true,
      retryAfter: 5,
    })
  const request = async ({
    method,
    name = '',
    query,
    headers = {},
    body,
    ms = longest,
  }: ObjectRequest): Promise<Response> => {
    const address = new URL(`${root}/${name}`)
    for (const [key, value] of Object.entries(query ?? {})) address.searchParams.set(key, value)
    const signed = await signRequest(access, { method, url: address.href, headers, ...(body && { body }) }, Date.now())
    const response = await fetch(signed.url, {
      method,
      headers: { ...signed.headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(ms),
      ...(body && { body: Buffer.from(body) }),
    }).catch((error: unknown) => {
      throw away(messageOf(error instanceof Error ? (error.cause ?? error) : error))
    })
    if (response.ok || response.status === 404) return response
    const [, code = ''] = /<Code>(\w+)<\/Code>/.exec(await response.text()) ?? []
    const reason = `status ${response.status}${code && ` (${code})`}`
    if (response.status >= 500 || response.status === 408 || response.status === 429) throw away(reason)
    throw new AppError('UNAVAILABLE', `The ${place} refuses a ${method} request: ${reason}.`, {
      hint: 'Check the bucket, its region and the access key in storage.s3. The key needs s3:PutObject, GetObject, DeleteObject and ListBucket.',
      retryable: true,
      retryAfter: 30,
    })
  }
  const ask: typeof request = async (wanted) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await request(wanted)
      } catch (error) {
        if (attempt === tries || (error instanceof AppError && error.retryAfter === 30)) throw error
        await pause(shortestRest * 2 ** attempt, new AbortController().signal)
      }
    }
  }
  const requireBucket = (response: Response): Response => {
    if (response.status !== 404) return response
    throw new AppError('UNAVAILABLE', `The ${place} does not exist.`, {
      hint: 'Create the bucket, or correct storage.blocks.',
      retryable: true,
      retryAfter: 30,
    })
  }

  const read = async (name: string): Promise<Uint8Array | undefined> => {
    const response = await ask({ method: 'GET', name })
    if (response.status === 404) {
      await response.body?.cancel()
      return undefined
    }
    return new Uint8Array(
      await response.arrayBuffer().catch((error: unknown) => {
        throw away(messageOf(error))
      }),
    )
  }

  return {
    async put({ partition, first }, payload) {
      const name = `${prefix}${partition}/${first}-${hashOf(payload)}.block`
      const headers = { 'content-type': 'application/octet-stream' }
      const response = requireBucket(await ask({ method: 'PUT', name, headers, body: payload }))
      await response.body?.cancel()
      return name
    },
    async get(name) {
      const wrong = new Set<string>()
      for (let attempt = 1; ; attempt += 1) {
        const payload = await read(name)
        if (!payload || isIntact(name, payload)) return payload
        wrong.add(hashOf(payload))
        if (attempt === tries) {
          if (wrong.size === 1) return payload
          throw away(`the object ${name} arrives damaged`)
        }
        await pause(shortestRest, new AbortController().signal)
      }
    },
    async ping(ms) {
      const query = { 'list-type': '2', 'max-keys': '1', prefix }
      await requireBucket(await request({ method: 'GET', query, ms })).body?.cancel()
    },
    async remove(name) {
      await (await ask({ method: 'DELETE', name })).body?.cancel()
    },
    async *list(age) {
      let token: string | undefined
      do {
        const query = {
          'list-type': '2',
          'encoding-type': 'url',
          prefix,
          ...(token !== undefined && { 'continuation-token': token }),
        }
        const response = requireBucket(await ask({ method: 'GET', query }))
        const before = Date.parse(response.headers.get('date') ?? '') - age
        const page = readPage(await response.text())
        for (const { name, modified } of page.objects) if (modified < before) yield name
        token = page.next
      } while (token !== undefined)
    },
  }
}

const hashOf = (payload: Uint8Array): string => createHash('sha256').update(payload).digest('hex').slice(0, 24)

/** Whether an object has the bytes that it was named after. */
export const isIntact = (name: string, payload: Uint8Array): boolean => name.endsWith(`-${hashOf(payload)}.block`)

/** Reads a page of `ListObjectsV2`. Names are URL-encoded, so that they contain no XML. */
const readPage = (xml: string) => ({
  objects: Array.from(xml.matchAll(/<Contents>(.*?)<\/Contents>/gs), ([, one = '']) => ({
    name: decodeURIComponent(textOf(one, 'Key').replaceAll('+', ' ')),
    modified: Date.parse(textOf(one, 'LastModified')),
  })),
  next: textOf(xml, 'NextContinuationToken') || undefined,
})

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const textOf = (xml: string, tag: string): string =>
  (new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(xml)?.[1] ?? '').replace(
    /&(amp|lt|gt|quot|apos);/g,
    (_, name: string) => entities[name] ?? '',
  )
