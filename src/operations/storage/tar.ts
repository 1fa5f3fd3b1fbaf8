import { createTarPacker } from 'modern-tar'
import { AppError } from '../../errors.ts'
import { readTarEntries } from '../../lib/archive/entries.ts'

/** A file to put into an archive. */
interface TarMember {
  readonly path: string
  readonly bytes: number
  content(): AsyncIterable<Uint8Array>
}

/**
 * Writes a tar stream. Files get mode 0600 and the time of the archive, so that archives of the same files are otherwise equal. The stream
 * fails if a file does not have the announced size.
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
export async function* tarEntries(stream: AsyncIterable<Uint8Array>): ReturnType<typeof readTarEntries> {
  try {
    yield* readTarEntries(stream)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('INVALID_REQUEST', 'The archive is no tar file, or is cut off.', {
      hint: 'Create it again, or send a zip.',
      cause: error,
    })
  }
}
