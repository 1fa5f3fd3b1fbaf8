import { z } from 'zod'
import type { Component } from '../../component.ts'
import type { RawRecord } from '../../schema/record.ts'
import { joinDocuments } from './documents.ts'
import { isBlank } from './file-lines.ts'
import { joinContinuations, type Line, splitLines } from './lines.ts'
import { offer } from './offer.ts'
import type { Source } from './source.ts'
import { zone } from './zone.ts'

const maxRecords = 4_096

const options = z.strictObject({
  name: z.string().min(1).describe('What its events are said to come from.'),
  zone,
})

/** Declares the source that reads a stream of bytes: what is piped in. */
export const stdinSource = (stream: AsyncIterable<Uint8Array>): Component<typeof options, Source> => ({
  name: 'stdin',
  summary: 'Reads the lines that are piped in, until they end.',
  options,
  create: ({ name, zone: zoneMinutes }, { now }) => readStream(stream, { source: name, zoneMinutes, now }),
})

interface StreamOptions {
  readonly source: string
  readonly zoneMinutes?: number | undefined
  readonly now: () => number
  /** After so much silence a record that might go on is taken as it is. */
  readonly quietMs?: number
}

/** Reads a stream to its end. Nothing is read ahead of what was taken, so a sender that is faster waits. */
export const readStream = (
  stream: AsyncIterable<Uint8Array>,
  { source, zoneMinutes, now, quietMs = 500 }: StreamOptions,
): Source => ({
  async run(emit, signal) {
    const splitter = splitLines({ inParts: true })
    const joiner = joinDocuments(joinContinuations())
    const chunks = stream[Symbol.asyncIterator]()
    let records: RawRecord[] = []
    const add = (lines: readonly Line[]) => {
      const receivedAt = now()
      for (const { text, number } of lines) {
        if (!isBlank(text)) records.push({ text, source, receivedAt, line: number, zoneMinutes })
      }
    }
    const handOut = async () => {
      for (let i = 0; i < records.length; i += maxRecords) {
        await offer(emit, records.slice(i, i + maxRecords), undefined, signal)
      }
      records = []
    }
    const aborted = new Promise<'abort'>((done) => {
      if (signal.aborted) done('abort')
      signal.addEventListener('abort', () => done('abort'), { once: true })
    })

    let next = chunks.next()
    while (!signal.aborted) {
      const quiet = timer(quietMs)
      const came = await Promise.race([next, quiet.done, aborted])
      quiet.cancel()
      if (came === 'abort') break
      if (came === 'quiet') {
        add(joiner.settle())
      } else if (came.done) {
        add(joiner.push(splitter.flush()))
        add(joiner.flush())
        await handOut()
        return
      } else {
        add(joiner.push(splitter.push(came.value)))
      }
      await handOut()
      if (came !== 'quiet') next = chunks.next()
    }
    // not awaited: a pipe that nobody writes to would never answer
    next.catch(() => undefined)
    chunks.return?.().catch(() => undefined)
  },
})

const timer = (ms: number): { readonly done: Promise<'quiet'>; cancel(): void } => {
  let handle: NodeJS.Timeout | undefined
  const done = new Promise<'quiet'>((resolve) => {
    handle = setTimeout(resolve, ms, 'quiet')
  })
  return { done, cancel: () => clearTimeout(handle) }
}
