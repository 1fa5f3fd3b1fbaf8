import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../component.ts'
import { storeKeys as keys, openObjectStore, signatureOf } from '../../../lib/s3/object-store.fake.ts'
import { sinkRegistry } from '../registry.ts'
import { describeSink, someIncident, someNotification } from '../sink.conformance.ts'

const { signal } = new AbortController()
const runtime = { now: () => Date.UTC(2013, 4, 24), fetch, log: silentLog, signal }
const create = (options: object) => sinkRegistry.create('s3', { bucket: 'archive', ...keys, ...options }, runtime)

describeSink('s3', (url) => create({ url: new URL(url).origin }))

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

describe('an S3 store', () => {
  let store: Awaited<ReturnType<typeof openObjectStore>>
  beforeEach(async () => {
    store = await openObjectStore('20130524T000000Z')
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
