import { createReader, createWriter, type Reader, type Writer } from '../../../lib/bytes/codec.ts'
import type { EventSample } from './evidence.ts'
import { readSampleFields, writeSampleFields } from './sample-state.ts'

const kind = 'open'
const version = 1
/** The open parts of one detector take at most so many bytes of its state. Those that do not fit are lost in a restart. */
const mostBytes = 2_000_000
const nothing = new Uint8Array()

/**
 * Writes the open part of each item, such as a window that has not ended, or a mark that there is none. They come at the end of a state,
 * because earlier releases did not save them. `write` adds the samples that it writes to `samples`.
 */
export const writeOpenParts = <Item>(
  writer: Writer,
  items: readonly (Item | undefined)[],
  write: (part: Writer, item: Item, samples: EventSample[]) => void,
): void => {
  let left = mostBytes
  for (const item of items) {
    const bytes = item === undefined ? nothing : pack(item, write)
    const fits = bytes.length <= left
    if (fits) left -= bytes.length
    writer.bytes(fits ? bytes : nothing)
  }
}

const pack = <Item>(item: Item, write: (part: Writer, item: Item, samples: EventSample[]) => void): Uint8Array => {
  const part = createWriter(kind, version)
  const samples: EventSample[] = []
  write(part, item, samples)
  writeSampleFields(part, samples)
  return part.finish()
}

/**
 * Reads the open parts of items that were read before; skips that of an item which is undefined. A state of an earlier release has none.
 * `read` adds the samples that it reads to `samples`.
 */
export const readOpenParts = <Item>(
  reader: Reader,
  items: readonly (Item | undefined)[],
  read: (part: Reader, item: Item, samples: EventSample[]) => void,
): void => {
  if (reader.ended) return
  for (const item of items) {
    const bytes = reader.bytes()
    if (bytes.length === 0 || item === undefined) continue
    const part = createReader(bytes, kind, version)
    const samples: EventSample[] = []
    read(part, item, samples)
    readSampleFields(part, samples)
  }
}
