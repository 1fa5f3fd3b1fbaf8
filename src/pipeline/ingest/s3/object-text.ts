import { AppError, messageOf } from '../../../errors.ts'
import { byFirstChunk } from '../../../lib/bytes/by-first-chunk.ts'
import { decompress } from '../file/decompress.ts'
import { asUtf8 } from '../file/utf16.ts'
import { foreignContent } from '../foreign-content.ts'

/** An object that no retry makes readable: corrupt, or no text. */
export class UnreadableObject extends Error {
  override readonly name = 'UnreadableObject'
}

/** Decompresses an object by its content. Throws an UnreadableObject if it is corrupt, expands too much or is no text. */
export async function* textOfObject(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let lost: unknown
  const download = async function* () {
    try {
      for await (const chunk of bytes) yield Buffer.from(chunk)
    } catch (error) {
      lost = error
      throw error
    }
  }
  try {
    yield* byFirstChunk(asUtf8(decompress(download())), (first, whole) => {
      const foreign = foreignContent(first)
      if (foreign) throw new UnreadableObject(`It is ${foreign.name}.`)
      return whole
    })
  } catch (error) {
    // A download that broke off is no corrupt object.
    if (lost === undefined && error instanceof AppError) throw new UnreadableObject(messageOf(error), { cause: error })
    throw error
  }
}
