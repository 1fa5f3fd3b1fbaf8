import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AppError } from '../../../errors.ts'
import { openBucket } from './bucket.ts'
import { textOfObject, UnreadableObject } from './object-text.ts'

async function* inPieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 50) yield bytes.subarray(at, at + 50)
}
const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
const text = 'line of a log\n'.repeat(50)
const xz = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])
const damaged = fc
  .tuple(
    fc.constantFrom(Buffer.from(text), gzipSync(text), zstdCompressSync(text), Buffer.from('BZh91AY&SY'), xz),
    fc.nat(200),
    fc.nat(20),
    fc.uint8Array({ maxLength: 12 }),
  )
  .map(([bytes, at, gone, more]) => Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + gone)]))

it('reads any object as text, or calls it unreadable', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(noise, damaged), async (bytes) => {
      try {
        for await (const chunk of textOfObject(inPieces(bytes))) expect(chunk.length).toBeLessThan(65_537)
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableObject)
      }
    }),
  )
})

it('does not take a download that broke off for a corrupt object', async () => {
  const broken = async function* () {
    yield gzipSync(text).subarray(0, 20)
    throw new TypeError('terminated')
  }
  await expect(Array.fromAsync(textOfObject(broken()))).rejects.not.toBeInstanceOf(UnreadableObject)
})

it('refuses any other answer than a listing', async () => {
  let answer = Buffer.alloc(0)
  const server = createServer((_, response) => response.end(answer)).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  const bucket = openBucket({
    root: `http://127.0.0.1:${port}/logs`,
    access: { accessKeyId: 'id', secretAccessKey: 'key', region: 'us-east-1' },
    fetch,
    now: Date.now,
    timeout: 30_000,
  })
  const listing = Buffer.from(
    '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a%20b</Key><LastModified>2026-01-05T10:00:00.000Z</LastModified><ETag>&quot;1&quot;</ETag><Size>3</Size></Contents></ListBucketResult>',
  )
  const cut = fc
    .tuple(fc.nat(listing.length), fc.nat(30), fc.string({ maxLength: 8 }))
    .map(([at, gone, more]) => Buffer.concat([listing.subarray(0, at), Buffer.from(more), listing.subarray(at + gone)]))
  try {
    await fc.assert(
      fc.asyncProperty(fc.oneof(noise, cut), async (bytes) => {
        answer = bytes
        try {
          const found = await Array.fromAsync(bucket.list('', undefined, AbortSignal.timeout(5_000)))
          for (const { key, modified, size } of found)
            expect([key !== '', modified > 0, size >= 0]).toEqual([true, true, true])
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
    )
  } finally {
    server.close()
  }
})
