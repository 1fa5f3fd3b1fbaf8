import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { RawRecord } from '../../schema/record/record.ts'
import { describeSource } from './source.conformance.ts'
import { readStream } from './stdin.ts'

describeSource('stdin', async () => {
  const stream = new PassThrough()
  return {
    source: readStream(stream, { source: 'pipe', now: () => 1, quietMs: 20 }),
    async feed(bytes) {
      stream.write(bytes)
    },
    async close() {
      stream.destroy()
    },
  }
})

it('ends with the stream, including the last line, and joins continuations', async () => {
  const taken: RawRecord[] = []
  const stream = new PassThrough()
  stream.end('java.lang.Oops: no\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)\nnext')
  const source = readStream(stream, { source: 'pipe', zoneMinutes: 60, now: () => 1 })
  await source.run(async (records) => void taken.push(...records), new AbortController().signal)
  expect(taken).toEqual([
    {
      text: 'java.lang.Oops: no\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)',
      source: 'pipe',
      receivedAt: 1,
      line: 1,
      zoneMinutes: 60,
    },
    { text: 'next', source: 'pipe', receivedAt: 1, line: 4, zoneMinutes: 60 },
  ])
})
