import { z } from 'zod'
import type { Component } from '../../component.ts'
import { recordsOf } from './file/file-lines.ts'
import { offer } from './offer.ts'
import type { Source } from './source.ts'
import { zone } from './zone.ts'

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
  /** Silence after which an incomplete document is, too. */
  readonly silentMs?: number
}

/** Reads a stream to its end. Reads ahead only after records are accepted, so that a faster sender waits. */
export const readStream = (
  stream: AsyncIterable<Uint8Array>,
  { quietMs = 500, ...options }: StreamOptions,
): Source => ({
  async run(emit, signal) {
    for await (const records of recordsOf(stream, { ...options, quietMs, signal })) {
      await offer(emit, records, undefined, signal)
    }
  },
})
