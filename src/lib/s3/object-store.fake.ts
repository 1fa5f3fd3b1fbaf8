import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'

/** The keys that the store accepts. */
export const storeKeys = {
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

interface SignedRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const strictlyEncoded = (text: string): string =>
  encodeURIComponent(decodeURIComponent(text)).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/**
 * Calculates the signature of a request as the documentation of S3 describes it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export const signatureOf = ({ method, url, headers }: SignedRequest, secret: string): string => {
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const [, scope = '', names = ''] =
    /Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? []
  const canonical = [
    method,
    pathname.split('/').map(strictlyEncoded).join('/'),
    [...searchParams]
      .map(([name, value]) => `${strictlyEncoded(name)}=${strictlyEncoded(value)}`)
      .sort()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    headers['x-amz-content-sha256'],
  ].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((above, part) => hmac(above, part), `AWS4${secret}`)
  return hmac(key, text).toString('hex')
}

/** How many objects a page of a listing has. */
const pageSize = 3

interface StoredObject {
  readonly body: Buffer
  readonly modified: number
}

/** A store of objects that checks signatures and hashes, writes objects and lists them in pages. `date` is the time that requests must have. */
export const openObjectStore = async (date?: string) => {
  const objects = new Map<string, string>()
  const stored = new Map<string, StoredObject>()
  const requests: string[] = []
  const list = (query: URLSearchParams): string => {
    const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
    const keys = [...stored.keys()].sort().filter((key) => key > after && key.startsWith(query.get('prefix') ?? ''))
    const page = keys.slice(0, pageSize)
    const contents = page.map((key) => {
      const { body, modified } = stored.get(key) ?? { body: Buffer.alloc(0), modified: 0 }
      const tag = createHash('md5').update(body).digest('hex')
      return `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>${new Date(modified).toISOString()}</LastModified><ETag>&quot;${tag}&quot;</ETag><Size>${body.length}</Size></Contents>`
    })
    const more = keys.length > pageSize
    return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`
  }
  const server = createServer(async (request, response) => {
    request.setEncoding('utf8')
    const body = (await request.toArray()).join('')
    const { headers, method = '', url = '' } = request
    const [, given] = /Signature=([\da-f]{64})$/.exec(headers.authorization ?? '') ?? []
    const hash = createHash('sha256').update(body).digest('hex')
    const isSigned = given === signatureOf({ method, url, headers }, storeKeys.secret_access_key)
    const isNow = date === undefined || headers['x-amz-date'] === date
    if (!isSigned || headers['x-amz-content-sha256'] !== hash || !isNow) {
      const code = '<Error><Code>SignatureDoesNotMatch</Code></Error>'
      response.writeHead(403, { 'content-type': 'application/xml' }).end(code)
      return
    }
    if (method === 'PUT') {
      objects.set(decodeURIComponent(url), body)
      response.writeHead(200, { etag: '"1"' }).end()
      return
    }
    requests.push(url)
    const { pathname, searchParams } = new URL(url, 'http://s3')
    const key = decodeURIComponent(pathname).split('/').slice(2).join('/')
    if (key === '') response.writeHead(200, { 'content-type': 'application/xml' }).end(list(searchParams))
    else if (stored.has(key)) response.writeHead(200).end(stored.get(key)?.body)
    else response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    /** The objects that were written, by path. */
    objects,
    /** The requests that read. */
    requests,
    put(key: string, body: string | Buffer, modified = Date.now()) {
      stored.set(key, { body: Buffer.from(body), modified })
    },
    url: `http://127.0.0.1:${port}`,
    close: () => server.close(),
  }
}
