import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../../../test/until.ts'
import { silentLog } from '../../../component.ts'
import { openObjectStore, storeKeys } from '../../../lib/s3/object-store.fake.ts'
import { hour } from '../../../lib/units/time.ts'
import { describeSource } from '../source.conformance.ts'
import { s3Source } from './s3.ts'

const runtime = { now: Date.now, fetch, log: silentLog, signal: new AbortController().signal }

/** A server that stores records and positions, and skips records with known keys. */
const createKeeper = (url: string) => {
  const cursors = new Map<string, string>()
  const known = new Set<string>()
  const texts: string[] = []
  const dropped: string[] = []
  const outages: string[] = []
  let left = Number.POSITIVE_INFINITY
  return {
    texts,
    dropped,
    outages,
    cursors,
    /** Refuses everything after so many batches, like a server that is killed. */
    dieAfter(batches: number) {
      left = batches
    },
    start(options: object = {}, now = Date.now) {
      const stop = new AbortController()
      const { options: shape, create } = s3Source(
        { read: async (_, key) => cursors.get(key), list: async () => [] },
        { began: (_, reason) => outages.push(reason), ended() {} },
        (reason) => dropped.push(reason),
      )
      const source = create(shape.parse({ name: 'aws', bucket: 'logs', every: 0.02, url, ...storeKeys, ...options }), {
        ...runtime,
        now,
      })
      const done = source.run(async (records, cursor, keys) => {
        if (left-- <= 0) throw new Error('killed')
        records.forEach(({ text }, index) => {
          const key = keys?.[index]
          if (key === undefined || known.has(key)) return
          known.add(key)
          texts.push(text)
        })
        if (cursor) cursors.set(cursor.key, cursor.position)
      }, stop.signal)
      return {
        done,
        async end() {
          stop.abort()
          await done
          left = Number.POSITIVE_INFINITY
        },
      }
    },
  }
}

describeSource('s3', async () => {
  const store = await openObjectStore()
  const { options, create } = s3Source(
    { read: async () => undefined, list: async () => [] },
    { began() {}, ended() {} },
    () => {},
  )
  let objects = 0
  const given = { name: 'aws', bucket: 'logs', every: 0.02, url: store.url, ...storeKeys }
  return {
    source: create(options.parse(given), runtime),
    async feed(bytes) {
      store.put(`app/${String(objects++).padStart(3, '0')}.log.gz`, gzipSync(bytes))
    },
    close: async () => void store.close(),
  }
})

describe('reading a bucket', () => {
  let store: Awaited<ReturnType<typeof openObjectStore>>
  beforeEach(async () => {
    store = await openObjectStore()
  })
  afterEach(() => void store.close())
  const trail = (from: number, count: number) =>
    JSON.stringify({
      Records: Array.from({ length: count }, (_, i) => ({ eventTime: '2026-01-05T10:00:00Z', number: from + i })),
    })
  const numbers = (texts: readonly string[]) => texts.map((text) => JSON.parse(text).number).sort((a, b) => a - b)
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

  it('reads the records of CloudTrail once, over several pages, regions and restarts', async () => {
    const keeper = createKeeper(store.url)
    const at = (region: string, i: number) => `AWSLogs/12/CloudTrail/${region}/2026/01/05/12_${i} ü+&.json.gz`
    for (let i = 0; i < 8; i++) store.put(at('eu-west-1', i), gzipSync(trail(i * 2, 2)))
    store.put('other/secret.log', 'no')
    store.put('AWSLogs/12/', '')
    const run = keeper.start({ prefix: 'AWSLogs/' })
    await until(() => keeper.texts.length === 16)
    store.put(at('ap-east-1', 0), zstdCompressSync(trail(16, 2)))
    await until(() => keeper.texts.length === 18)
    await run.end()
    store.put(at('us-east-1', 0), gzipSync(trail(18, 2)))
    const again = keeper.start({ prefix: 'AWSLogs/' })
    await until(() => keeper.texts.length === 20)
    await again.end()
    expect(numbers(keeper.texts)).toEqual(upTo(20))
    // Read once, although listed again and again.
    expect(store.requests.filter((url) => !url.includes('list-type')).length).toBe(10)
  })

  it('doubles nothing when killed between the records of an object and its position', async () => {
    const keeper = createKeeper(store.url)
    for (let i = 0; i < 4; i++) store.put(`a/${i}`, trail(i * 5_000, 5_000))
    for (const batches of [1, 3, 5]) {
      keeper.dieAfter(batches)
      const before = keeper.texts.length
      const run = keeper.start()
      await until(() => keeper.texts.length > before || batches === 1)
      await run.end()
    }
    const run = keeper.start()
    await until(() => keeper.texts.length >= 20_000)
    await run.end()
    expect(numbers(keeper.texts)).toEqual(upTo(20_000))
  })

  it('skips and counts objects that cannot be read, and reads the others', async () => {
    const keeper = createKeeper(store.url)
    store.put('1.gz', gzipSync(trail(0, 500)).subarray(0, 30))
    store.put('2.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]))
    store.put('3.json', trail(0, 3))
    const run = keeper.start()
    await until(() => keeper.texts.length >= 3)
    await until(() => keeper.cursors.size > 0)
    await run.end()
    expect(keeper.dropped).toEqual(['unreadable_object', 'unreadable_object'])
    expect(numbers(keeper.texts.slice(-3))).toEqual(upTo(3))
  })

  it('reads a replaced object, and starts at the end if configured', async () => {
    const keeper = createKeeper(store.url)
    store.put('old', trail(100, 5))
    const run = keeper.start({ from: 'end' })
    await until(() => keeper.cursors.size === 1)
    store.put('new', trail(0, 1))
    await until(() => keeper.texts.length === 1)
    store.put('new', trail(1, 1), Date.now() + 1)
    await until(() => keeper.texts.length === 2)
    await run.end()
    expect(numbers(keeper.texts)).toEqual(upTo(2))
  })

  it('lists only what follows old keys, and everything once an hour', async () => {
    const keeper = createKeeper(store.url)
    let now = Date.now()
    for (let i = 0; i < 6; i++) store.put(`b/${i}`, trail(i, 1), now - (6 - i) * hour)
    const run = keeper.start({}, () => now)
    await until(() => keeper.texts.length === 6 && store.requests.some((url) => url.includes('start-after=b%2F4')))
    store.put('a/late', trail(6, 1), now)
    now += hour + 1
    await until(() => keeper.texts.length === 7)
    await run.end()
    expect(numbers(keeper.texts)).toEqual(upTo(7))
  })

  it('explains a refusal, and that nobody answers', async () => {
    const keeper = createKeeper(store.url)
    await expect(keeper.start({ secret_access_key: 'wrong' }).done).rejects.toThrow('403: SignatureDoesNotMatch.')
    store.close()
    await expect(createKeeper('http://127.0.0.1:1').start().done).rejects.toThrow('does not answer')
  })

  it.each([
    ['never answers', () => undefined],
    ['stops within a listing', (answer: ServerResponse) => void answer.write('<ListBucketResult>')],
    [
      'sends an object byte by byte',
      (answer: ServerResponse, url: string) => {
        if (url.includes('list-type')) {
          const [key, time] = ['<Key>a.log</Key>', '<LastModified>2026-01-05T10:00:00Z</LastModified>']
          answer.end(
            `<ListBucketResult><Contents>${key}${time}<ETag>1</ETag><Size>99</Size></Contents></ListBucketResult>`,
          )
          return
        }
        const drip = setInterval(() => answer.write('a'), 50)
        answer.on('close', () => clearInterval(drip))
      },
    ],
  ])('gives up a store that %s', async (_, answers) => {
    const server = createServer(({ url = '' }, answer) => answers(answer, url)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const { done } = createKeeper(`http://127.0.0.1:${port}`).start({ timeout: 0.3 })
    await expect(done).rejects.toThrow(`http://127.0.0.1:${port} is too slow`)
    server.closeAllConnections()
    server.close()
  })
})
