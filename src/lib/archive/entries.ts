import { Unzip, type UnzipFile, UnzipInflate } from 'fflate'
import { createTarDecoder } from 'modern-tar'

/** An entry of an archive as its header describes it. */
export interface ArchiveEntry {
  /** The path as written: it may lead anywhere. */
  readonly path: string
  /** False for folders, links and devices. */
  readonly isFile: boolean
  /** The size that the header claims; undefined if it claims none. */
  readonly bytes: number | undefined
  /** Yields the content in chunks. Unread content is skipped at the next entry. */
  content(): AsyncIterable<Uint8Array>
}

/** Reads the entries of a tar stream, of any size. Throws if the stream is no tar, or is cut off. */
export async function* readTarEntries(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<ArchiveEntry & { bytes: number }> {
  const entries = ReadableStream.from(stream).pipeThrough(createTarDecoder({ strict: true }))
  for await (const { header, body } of entries) {
    const { name: path, type, size: bytes } = header
    yield { path, isFile: type === 'file', bytes, content: () => body.values() }
    // A body that is cancelled can stall the decoder.
    for await (const _ of body.values());
  }
}

/** The beginning of the last record of a zip archive. */
const endRecord = Buffer.from('PK\x05\x06')

/** Its length, and that of a comment after it. */
const longestTail = 22 + 65_535

/** Unpacking is synchronous and expands a chunk a thousandfold at most, so the chunks are small. */
const chunkBytes = 8_192

/** Reads the entries of a zip stream, from its beginning. Throws if the stream is no zip, is encrypted, or is cut off. */
export async function* readZipEntries(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry> {
  /** The events of the chunks so far: the beginning of a file, its content, its end. */
  let events: (UnzipFile | Uint8Array | 'end')[] = []
  let failure: Error | undefined
  const unzip = new Unzip((file) => {
    events.push(file)
    file.ondata = (error, data, isLast) => {
      if (error) failure ??= error
      else {
        if (data.length > 0) events.push(data)
        if (isLast) events.push('end')
      }
    }
    file.start()
  })
  unzip.register(UnzipInflate)

  const chunks = chunksOf(stream)
  /** The last chunks, which contain the end record and a comment of at most 64 KiB after it. */
  const tail: Uint8Array[] = []
  let tailBytes = 0
  /** Returns the next event; undefined at the end of the stream. */
  const next = async (): Promise<UnzipFile | Uint8Array | 'end' | undefined> => {
    for (;;) {
      const event = events.shift()
      if (event !== undefined) return event
      if (failure) throw failure
      const chunk = await chunks.next()
      if (chunk.done) {
        if (!Buffer.concat(tail).includes(endRecord)) throw new Error('The zip archive is cut off.')
        return undefined
      }
      tail.push(chunk.value)
      tailBytes += chunk.value.length
      while (tailBytes - (tail[0]?.length ?? 0) > longestTail) tailBytes -= tail.shift()?.length ?? 0
      events = []
      unzip.push(chunk.value)
    }
  }
  for (;;) {
    const file = await next()
    if (file === undefined) return
    if (file === 'end' || file instanceof Uint8Array) throw new Error('The zip archive is corrupt.')
    let isOver = false
    const content = async function* () {
      while (!isOver) {
        const event = await next()
        if (event === undefined) throw new Error('The zip archive is cut off.')
        if (event === 'end') isOver = true
        else if (event instanceof Uint8Array) yield event
      }
    }
    yield { path: file.name, isFile: !file.name.endsWith('/'), bytes: file.originalSize, content }
    for await (const _ of content());
  }
}

async function* chunksOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
  }
}
