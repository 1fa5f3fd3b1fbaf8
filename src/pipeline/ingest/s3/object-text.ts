import { AppError, messageOf } from '../../../errors.ts'
import { compressionOf, decompress } from '../file/decompress.ts'
import { asUtf8 } from '../file/utf16.ts'
import { foreignContent } from '../sniff.ts'

/** An object that no retry makes readable: corrupt, or no text. */
export class UnreadableObject extends Error {
  override readonly name = 'UnreadableObject'
}

/** Decompresses an object by its content. Throws an UnreadableObject if it is corrupt, expands too much or is no text. */
export async function* textOfObject(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done) return
  let lost: unknown
  const whole = (async function* () {
    yield Buffer.from(first.value)
    try {
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield Buffer.from(next.value)
    } catch (error) {
      lost = error
      throw error
    }
  })()
  try {
    let isFirst = true
    for await (const chunk of asUtf8(decompress(whole, compressionOf(first.value)))) {
      const foreign = isFirst ? foreignContent(chunk) : undefined
      if (foreign) throw new UnreadableObject(`It is ${foreign.name}.`)
      isFirst = false
      yield chunk
    }
  } catch (error) {
    // A download that broke off is no corrupt object.
    if (lost === undefined && error instanceof AppError) throw new UnreadableObject(messageOf(error), { cause: error })
    throw error
  } finally {
    await chunks.return?.()
  }
}
