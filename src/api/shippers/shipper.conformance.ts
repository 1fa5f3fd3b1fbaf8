import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { AppError } from '../../errors.ts'
import { fakeServer } from '../server.fake.ts'

/** A request of a shipper. */
export interface ShipperRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

interface ShipperCase {
  /** Requests with good records, and the texts and sources that they must become. */
  readonly good: readonly (ShipperRequest & { readonly name: string; readonly records: readonly unknown[] })[]
  /** The headers that carry a token, in every form of the protocol. */
  readonly tokens: (token: string) => readonly Readonly<Record<string, string>>[]
  /** Bodies that must be refused with a status from 400 to 422. */
  readonly bad: readonly (ShipperRequest & { readonly name: string })[]
  readonly success: number
  /** The status for a wrong token; 401 by default. */
  readonly wrongToken?: number
  /** Whether the first good request is recognized when it comes again. */
  readonly recognizesRepeats: boolean
  /** Whether records have identities of their own, which a key of the sender does not replace. */
  readonly identifiesRecords?: true
  /** Checks the body of a refusal. */
  expectRefusal(body: Buffer, status: number): void
}

type Server = Awaited<ReturnType<typeof fakeServer>>

/** The conformance suite of a shipper's protocol. */
export const describeShipper = (name: string, shipper: ShipperCase): void => {
  describe(`${name} protocol`, () => {
    let server: Server
    beforeEach(async () => {
      server = await fakeServer({ maxFailures: 1_000 })
    })
    afterEach(async () => {
      await server.app.close()
      expect(server.logged).toEqual([])
    })

    const [first] = shipper.good
    const [form] = shipper.tokens('the-ingest-secret')
    if (!first || !form) throw new Error('A shipper needs a good request and a form of token.')
    const send = async (request: ShipperRequest, more: Readonly<Record<string, string>> = form) => {
      const headers = { ...request.headers, ...more }
      const answer = await server.app.inject({ method: 'POST', url: request.path, headers, payload: request.body })
      if (answer.statusCode >= 400) shipper.expectRefusal(answer.rawPayload, answer.statusCode)
      return answer
    }
    const stored = () => server.records.map(({ text, source }) => ({ source, text: parse(text) }))

    it.each(shipper.good)('accepts $name', async (request) => {
      const answer = await send(request)
      expect([answer.statusCode, answer.body]).toEqual([shipper.success, expect.anything()])
      expect(stored()).toEqual(request.records)
    })

    it.each([
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['zstd', zstdCompressSync],
    ])('decompresses %s', async (encoding, compress) => {
      const request = { ...first, body: compress(first.body) }
      expect((await send(request, { ...form, 'content-encoding': encoding })).statusCode).toBe(shipper.success)
      expect(stored()).toEqual(first.records)
    })

    it('accepts every form of token, and refuses a wrong token, a missing one and one that may not send', async () => {
      for (const headers of shipper.tokens('the-ingest-secret')) {
        expect((await send(first, headers)).statusCode, JSON.stringify(headers)).toBe(shipper.success)
      }
      const before = server.records.length
      for (const headers of shipper.tokens('wrong')) {
        expect((await send(first, headers)).statusCode, JSON.stringify(headers)).toBe(shipper.wrongToken ?? 401)
      }
      for (const headers of shipper.tokens('the-viewer-secret')) {
        expect((await send(first, headers)).statusCode, JSON.stringify(headers)).toBe(403)
      }
      expect((await send(first, {})).statusCode).toBe(401)
      expect(server.records.length).toBe(before)
    })

    it.each(shipper.bad)('refuses $name, so that the sender does not retry', async (request) => {
      const { statusCode } = await send(request)
      expect([400, 413, 415, 422]).toContain(statusCode)
      expect(server.records).toEqual([])
    })

    it('refuses a broken compression and a body that is too large', needs(deepRun), async () => {
      const broken = await send({ ...first, body: 'no gzip' }, { ...form, 'content-encoding': 'gzip' })
      expect(broken.statusCode).toBe(400)
      const large = gzipSync(Buffer.alloc(26 * 1_048_576, ' '))
      expect((await send({ ...first, body: large }, { ...form, 'content-encoding': 'gzip' })).statusCode).toBe(413)
      expect(server.records).toEqual([])
    })

    it('makes the sender wait and retry when the queue or the disk is full', async () => {
      const full: readonly (readonly [AppError, number])[] = [
        [new AppError('QUEUE_FULL', 'The queue is full.', { retryable: true, retryAfter: 7 }), 429],
        [new AppError('UNAVAILABLE', 'The database does not answer.', { retryable: true }), 503],
        [new AppError('STORAGE_FULL', 'The disk is full.', { retryable: true, retryAfter: 7 }), 503],
      ]
      for (const [error, status] of full) {
        server.intake.full = error
        const answer = await send(first)
        expect([503, status], answer.body).toContain(answer.statusCode)
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      }
      server.intake.full = undefined
      expect((await send(first)).statusCode).toBe(shipper.success)
      expect(stored()).toEqual(first.records)
    })

    it('stores a repeated request once if it has an identity', async () => {
      await send(first)
      expect((await send(first)).statusCode).toBe(shipper.success)
      expect(server.records.length).toBe(first.records.length * (shipper.recognizesRepeats ? 1 : 2))
      const keyed = { ...form, 'idempotency-key': 'one' }
      const before = server.records.length
      await send(first, keyed)
      await send(first, keyed)
      expect(server.records.length).toBe(before + (shipper.identifiesRecords ? 0 : first.records.length))
    })

    it('never fails on bytes that it cannot read', needs(deepRun), async () => {
      const bytes = Buffer.from(first.body)
      const damaged = fc
        .tuple(fc.nat(bytes.length), fc.nat(bytes.length), fc.uint8Array({ maxLength: 12 }))
        .map(([a, b, noise]) => Buffer.concat([bytes.subarray(0, a), noise, bytes.subarray(b)]))
      const anything = fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((noise) => Buffer.from(noise)),
        fc.json().map((json) => Buffer.from(json)),
        damaged,
      )
      await fc.assert(
        fc.asyncProperty(anything, fc.constantFrom(...shipper.good), async (body, { path, headers }) => {
          const answer = await server.app.inject({
            method: 'POST',
            url: path,
            headers: { ...headers, ...form },
            payload: body,
          })
          expect(answer.statusCode).toBeLessThan(500)
        }),
      )
    })
  })
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
