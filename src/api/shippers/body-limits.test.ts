import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { casesOf, deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { as, fakeServer } from '../server.fake.ts'
import { mostBytes, mostRecords, parseBody, readLimited } from './body-limits.ts'

const repeat = (before: string, unit: string, after: string): string => `${before}${unit.repeat(3_000_000)}${after}`
const protobuf = 'application/x-protobuf'

describe('a body that takes more memory than its bytes', () => {
  const bodies: readonly (readonly [string, string, string | Buffer])[] = [
    ['/v1/logs', 'application/json', repeat('{"resourceLogs":[', '{},', '{}]}')],
    ['/v1/logs', 'application/json', '['.repeat(10_000_000)],
    ['/v1/logs', protobuf, Buffer.alloc(10_000_000).fill(Buffer.from([0x0a, 0]))],
    ['/api/v2/logs', 'application/json', repeat('[', '1,', '1]')],
    ['/services/collector', 'application/json', '{"event":1}'.repeat(mostRecords + 1)],
    ['/services/collector/raw', 'text/plain', 'a\n'.repeat(mostRecords + 1)],
    ['/gelf', 'application/json', '{"short_message":"a"}'.repeat(mostRecords + 1)],
    ['/_bulk', 'application/x-ndjson', '{"index":{}}\n{}\n'.repeat(mostRecords + 1)],
  ]
  it.each(casesOf(bodies, 2))('is refused at %s, so that the shipper divides it', async (url, type, body) => {
    const { app, records } = await fakeServer()
    const headers = { ...as('ingest'), 'content-type': type, 'content-encoding': 'gzip' }
    const answer = await app.inject({ method: 'POST', url, headers, payload: gzipSync(body, { level: 1 }) })
    expect([answer.statusCode, records.length]).toEqual([413, 0])
    await app.close()
  })

  it('is read if the text of its records is long', () => {
    const message = 'a,[{",'.repeat(1_000_000)
    expect(parseBody(Buffer.from(JSON.stringify({ message })))).toEqual({ message })
  })

  it('waits while others arrive', needs(deepRun), async () => {
    const chunk = Buffer.alloc(mostBytes)
    const { promise, resolve } = Promise.withResolvers<void>()
    const slow = async function* () {
      yield chunk
      await promise
    }
    const arriving = [1, 2, 3, 4].map(() => readLimited(slow()))
    await expect(readLimited(slow())).rejects.toMatchObject({ code: 'QUEUE_FULL', retryAfter: 1 })
    resolve()
    expect(await Promise.all(arriving)).toHaveLength(4)
    expect(await readLimited(slow())).toHaveLength(mostBytes)
  })
})
