import { AppError } from '../../../errors.ts'
import { createReader, type Reader, StateError } from '../../../lib/bytes/codec.ts'

/** Reads a saved state. Throws STATE_VERSION with a hint if it cannot. */
export const readState = (state: Uint8Array, kind: string, version: number, read: (reader: Reader) => void): void => {
  try {
    read(createReader(state, kind, version))
  } catch (error) {
    if (error instanceof StateError) {
      throw new AppError('STATE_VERSION', error.message, { hint: error.hint, cause: error })
    }
    throw error
  }
}
