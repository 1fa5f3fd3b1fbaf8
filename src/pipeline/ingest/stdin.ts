import { z } from 'zod'
import type { Component } from '../../component.ts'
import { within } from '../../lib/deadline/deadline.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import { joinDocuments } from './documents.ts'
import { isBlank } from './file/file-lines.ts'
import { joinContinuations, splitLines, type TextLine } from './lines.ts'
import { offer } from './offer.ts'
import type { Source } from './source.ts'
import { zone } from './zone.ts'

const maxRecords = 4_096

const options = z.strictObject({
  name: z.string().min(1).describe('The source of its events.'),
  zone,
})

/** Declares the source that reads standard input. */
export const stdinSource = (stream: AsyncIterable<Uint8Array>): Component<typeof options, Source> => ({
  name: 'stdin',
  summary: 'Reads lines from standard input until it ends.',
  options,
  create: ({ name, zone: zoneMinutes }, { now }) => readStream(stream, { source: name, zoneMinutes, now }),
})

interface StreamOptions {
  readonly source: string
  readonly zoneMinutes?: number | undefined
  readonly now: () => number
  /** Silence after which an incomplete record is taken as complete. */
  readonly quietMs?: number
}

/** Reads a stream to its end. Reads ahead only after records are accepted, so that a faster sender waits. */
export const readStream = (
  stream: AsyncIterable<Uint8Array>,
  { source, zoneMinutes, now, quietMs = 500 }: StreamOptions,
): Source => ({
  async run(emit, signal) {
    const splitter = splitLines({ inParts: true })
    const joiner = joinDocuments(joinContinuations())
    const chunks = stream[Symbol.asyncIterator]()
    let records: RawRecord[] = []
    const add = (lines: readonly TextLine[]) => {
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
      const came = await within(quietMs, Promise.race([next, aborted]), (): 'quiet' => 'quiet')
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
    // Do not wait, because an idle pipe would never answer.
    next.catch(() => undefined)
    chunks.return?.().catch(() => undefined)
  },
})
