import { createTarDecoder, createTarPacker } from 'modern-tar'
import { AppError } from '../../errors.ts'

/** A file to put into an archive. */
interface TarMember {
  readonly path: string
  readonly bytes: number
  content(): AsyncIterable<Uint8Array>
}

/** An entry as its header describes it. */
interface TarEntry {
  /** The path as written: it may lead anywhere. */
  readonly path: string
  /** False for folders, links and devices. */
  readonly isFile: boolean
  readonly bytes: number
  /** Yields the content in chunks. Unread content is skipped at the next entry. */
  content(): AsyncIterable<Uint8Array>
}

/**
 * Writes a tar stream. Files get mode 0600 and the time of the archive: two archives of the same files differ in nothing else. The
 * stream fails where a file has another size than announced.
 */
export const writeTar = (members: Iterable<TarMember>, modifiedAt: number): ReadableStream<Uint8Array> => {
  const { readable, controller } = createTarPacker()
  const write = async (): Promise<void> => {
    for (const { path, bytes, content } of members) {
      const header = { name: path, size: bytes, mode: 0o600, mtime: new Date(modifiedAt) }
      const entry = controller.add(header).getWriter()
      for await (const chunk of content()) await entry.write(chunk)
      await entry.close()
    }
    controller.finalize()
  }
  write().catch((error) => controller.error(error))
  return readable
}

/** Reads the entries of a tar stream, of any size. Throws INVALID_REQUEST where the stream is no tar, or is cut off. */
export async function* tarEntries(stream: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  try {
    const entries = ReadableStream.from(stream).pipeThrough(createTarDecoder({ strict: true }))
    for await (const { header, body } of entries) {
      const { name: path, type, size: bytes } = header
      yield { path, isFile: type === 'file', bytes, content: () => body.values() }
      // A body that is cancelled can stall the decoder.
      for await (const _ of body.values());
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('INVALID_REQUEST', 'The archive is no tar file, or is cut off.', {
      hint: 'Create it again, or send a zip.',
      cause: error,
    })
  }
}
