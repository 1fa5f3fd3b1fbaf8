import { BinaryReader } from '@bufbuild/protobuf/wire'
import { AppError } from '../../errors.ts'

/** Reads the value of a field from the reader; returns false for an unknown field. */
type ReadField = (field: number, reader: BinaryReader) => boolean

/** The deepest nesting of messages that is read. */
const deepest = 32

/**
 * Reads the fields of a Protocol Buffers message, in order, and skips unknown ones. `depth` counts the messages around it. Throws
 * INVALID_REQUEST for malformed bytes and for deep nesting.
 */
export const readProtobuf = (bytes: Uint8Array, depth: number, read: ReadField): void => {
  if (depth > deepest) throw new AppError('INVALID_REQUEST', `The message is nested deeper than ${deepest} levels.`)
  try {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag()
      if (!read(field, reader)) reader.skip(type, field)
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('INVALID_REQUEST', 'The body is not a valid Protocol Buffers message.', { cause: error })
  }
}

/** Reads a text; bytes that are not UTF-8 become U+FFFD. */
export const readString = (reader: BinaryReader): string => {
  const { buffer, byteOffset, byteLength } = reader.bytes()
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}
