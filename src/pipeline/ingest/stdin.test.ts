import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { until } from '../../../test/until.ts'
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

/** Reads a stream that stays open. */
const listen = (options: { readonly quietMs: number; readonly silentMs?: number }) => {
  const stream = new PassThrough()
  const texts: string[] = []
  const source = readStream(stream, { source: 'pipe', now: () => 1, ...options })
  const done = source.run(
    async (records) => void texts.push(...records.map(({ text }) => text)),
    new AbortController().signal,
  )
  return {
    stream,
    texts,
    async end() {
      stream.end()
      await done
    },
  }
}

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

it.each([
  ['a record that may continue', 'a\n', ['a'], '  at b\n', '  at b'],
  ['the header of a table', 'time,message\n', ['time,message'], '1,a\n', '{"time":"1","message":"a"}'],
  ['the last block', '__CURSOR=s\nMESSAGE=a\n', ['{"__CURSOR":"s","MESSAGE":"a"}'], 'b\n', 'b'],
])('returns %s after a short silence', async (_name, text, records, more, last) => {
  const { stream, texts, end } = listen({ quietMs: 20 })
  stream.write(text)
  await until(() => texts.length > 0)
  expect(texts).toEqual(records)
  stream.write(more)
  await end()
  expect(texts.slice(records.length)).toEqual([last])
})

it.each([
  ['a row', 'time,message\n1,a\n2,"b\n', ['{"time":"1","message":"a"}'], '2,"b'],
  ['a JSON document', 'a\n{\n', ['a'], '{'],
  ['events as XML', 'a\n<Event>\n', ['a'], '<Event>'],
])('returns the beginning of %s only after a long silence', async (_name, text, records, beginning) => {
  const { stream, texts, end } = listen({ quietMs: 20, silentMs: 500 })
  stream.write(text)
  await until(() => texts.length === records.length)
  expect(texts).toEqual(records)
  await until(() => texts.length > records.length)
  expect(texts).toEqual([...records, beginning])
  await end()
  expect(texts).toEqual([...records, beginning])
})
