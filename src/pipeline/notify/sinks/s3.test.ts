import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../component.ts'
import { sinkRegistry } from '../registry.ts'
import { describeSink, someIncident, someNotification } from '../sink.conformance.ts'

const keys = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const { signal } = new AbortController()
const runtime = { now: () => Date.UTC(2013, 4, 24), fetch, log: silentLog, signal }
const create = (options: object) => sinkRegistry.create('s3', { bucket: 'archive', ...keys, ...options }, runtime)

describeSink('s3', (url) => create({ url: new URL(url).origin }))

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
const signatureOf = ({ method, url, headers }: SignedRequest, secret: string): string => {
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

it('the check of signatures knows the published example of a PUT', () => {
  const request = {
    method: 'PUT',
    url: '/test%24file.text',
    headers: {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      host: 'examplebucket.s3.amazonaws.com',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
  }
  expect(signatureOf(request, keys.secret_access_key)).toBe(
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  )
})

/** A store of objects that checks signatures and hashes. */
const openStore = async () => {
  const objects = new Map<string, string>()
  const server = createServer(async (request, response) => {
    request.setEncoding('utf8')
    const body = (await request.toArray()).join('')
    const { headers, method = '', url = '' } = request
    const [, given] = /Signature=([\da-f]{64})$/.exec(headers.authorization ?? '') ?? []
    const hash = createHash('sha256').update(body).digest('hex')
    const isSigned = given === signatureOf({ method, url, headers }, keys.secret_access_key)
    if (!isSigned || headers['x-amz-content-sha256'] !== hash || headers['x-amz-date'] !== '20130524T000000Z') {
      const code = '<Error><Code>SignatureDoesNotMatch</Code></Error>'
      response.writeHead(403, { 'content-type': 'application/xml' }).end(code)
      return
    }
    objects.set(decodeURIComponent(url), body)
    response.writeHead(200, { etag: '"1"' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { objects, url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

describe('an S3 store', () => {
  let store: Awaited<ReturnType<typeof openStore>>
  beforeEach(async () => {
    store = await openStore()
  })
  afterEach(() => void store.close())

  it('gets one object per state change, also on retries', async () => {
    const sink = create({ url: store.url, prefix: 'incidents/of=web-01/' })
    await sink.send(someNotification(), signal)
    await sink.send(someNotification(), signal)
    await sink.send(someNotification({ reason: 'resolved', idempotencyKey: 'i1/archive/resolved/1' }), signal)
    expect([...store.objects.keys()]).toEqual([
      expect.stringMatching(/^\/archive\/incidents\/of=web-01\/2024\/12\/10\/INC-1-opened-[\da-f]{12}\.json$/),
      expect.stringMatching(/\/INC-1-resolved-[\da-f]{12}\.json$/),
    ])
    const [first = ''] = store.objects.values()
    expect(JSON.parse(first)).toMatchObject({ type: 'vedette.incident.opened', data: { display_id: 'INC-1' } })
  })

  it('gets an object for each incident of a message', async () => {
    const others = [someIncident({ id: 'i2', display_id: 'INC-2' })]
    await create({ url: store.url, session_token: 'temporary' }).send(someNotification({ others }), signal)
    expect(store.objects.size).toBe(2)
  })

  it('refuses a wrong key, which no retry changes', async () => {
    const sink = create({ url: store.url, secret_access_key: 'wrong' })
    await expect(sink.send(someNotification(), signal)).rejects.toMatchObject({ retryable: false })
  })
})

it('reaches the bucket of AWS by its name', async () => {
  const urls: string[] = []
  const record = async (url: string | URL | Request): Promise<Response> => {
    urls.push(String(url))
    return new Response()
  }
  const sink = sinkRegistry.create(
    's3',
    { bucket: 'archive', region: 'eu-central-1', ...keys },
    { ...runtime, fetch: record },
  )
  await sink.send(someNotification(), signal)
  expect(urls).toEqual([expect.stringMatching(/^https:\/\/archive\.s3\.eu-central-1\.amazonaws\.com\/vedette\/2024\//)])
  expect(sink.preview(someNotification())).not.toContain(keys.secret_access_key)
})

it.each([{ bucket: 'Upper.case' }, { prefix: '../?x' }, { region: 'x.evil.example/' }, { url: 'file:///etc' }])(
  'rejects %j',
  (options) => {
    expect(() => create(options)).toThrow(/not valid/)
  },
)
