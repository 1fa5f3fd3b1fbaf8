import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { signatureOf, storeKeys } from './object-store.fake.ts'

export const fakeKeys = { accessKeyId: storeKeys.access_key_id, secretAccessKey: storeKeys.secret_access_key }

export interface FakeObject {
  readonly body: Buffer
  /** When it was stored, in ms. */
  modified: number
}

/** A fault of the store: it answers 503, 500, after 3 s, or with bytes that change on their way. */
export type S3Fault = 'away' | 'error' | 'slow' | 'damaged'

/** How many objects a page of a listing names. */
const pageSize = 3

/** Starts a store with one bucket to write, read, list and remove objects; it checks signatures and hashes. Names begin with the bucket. */
export const startFakeS3 = async (bucket = 'archive') => {
  const objects = new Map<string, FakeObject>()
  const requests: string[] = []
  let fault: S3Fault | undefined
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const { headers, method = '', url = '' } = request
    const refuse = (status: number, code: string) =>
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`)
    if (fault === 'away') return refuse(503, 'SlowDown')
    if (fault === 'error') return refuse(500, 'InternalError')
    if (fault === 'slow') await sleep(3_000)
    const [, given] = /Signature=([\da-f]{64})$/.exec(headers.authorization ?? '') ?? []
    const hash = createHash('sha256').update(body).digest('hex')
    const isSigned = given === signatureOf({ method, url, headers }, fakeKeys.secretAccessKey)
    if (!isSigned || headers['x-amz-content-sha256'] !== hash) return refuse(403, 'SignatureDoesNotMatch')
    const { pathname, searchParams } = new URL(url, 'http://s3')
    const name = decodeURIComponent(pathname)
    requests.push(`${method} ${name}`)
    if (!name.startsWith(`/${bucket}/`)) return refuse(404, 'NoSuchBucket')
    if (method === 'PUT') {
      objects.set(name, { body, modified: Date.now() })
      return response.writeHead(200, { etag: '"1"' }).end()
    }
    if (method === 'DELETE') {
      objects.delete(name)
      return response.writeHead(204).end()
    }
    if (searchParams.get('list-type') === '2') return response.end(listPage(searchParams))
    const found = objects.get(name)
    if (!found) return refuse(404, 'NoSuchKey')
    return response.end(fault === 'damaged' ? Buffer.concat([found.body.subarray(0, -8), randomBytes(8)]) : found.body)
  })
  const listPage = (query: URLSearchParams): string => {
    const after = query.get('continuation-token') ?? ''
    const names = [...objects.keys()]
      .map((name) => name.slice(bucket.length + 2))
      .filter((name) => name.startsWith(query.get('prefix') ?? '') && name > after)
      .sort()
    const page = names.slice(0, pageSize)
    const contents = page.map((name) => {
      const modified = new Date(objects.get(`/${bucket}/${name}`)?.modified ?? 0).toISOString()
      return `<Contents><Key>${encodeURIComponent(name)}</Key><LastModified>${modified}</LastModified></Contents>`
    })
    const next = names.length > pageSize ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
    return `<?xml version="1.0"?><ListBucketResult>${contents.join('')}${next}</ListBucketResult>`
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    objects,
    /** Method and name of each request with a valid signature. */
    requests,
    url: `http://127.0.0.1:${port}`,
    /** Answers 503 from now on, or no longer. */
    setBroken(value: boolean) {
      fault = value ? 'away' : undefined
    },
    setFault(value: S3Fault | undefined) {
      fault = value
    },
    close: () => server.close(),
  }
}
export type FakeS3 = Awaited<ReturnType<typeof startFakeS3>>
