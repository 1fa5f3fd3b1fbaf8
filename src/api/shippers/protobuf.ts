import { BinaryReader } from '@bufbuild/protobuf/wire'
import { AppError } from '../../errors.ts'
import { mostValues, tooMany } from './body-limits.ts'

/** The place of a message in a body. */
export interface ProtobufPlace {
  /** The number of messages around it. */
  readonly depth: number
  /** Counts the messages of the body. */
  readonly counter: { messages: number }
}

/** Returns the place of a body. */
export const outermostPlace = (): ProtobufPlace => ({ depth: 0, counter: { messages: 0 } })

/** Reads the value of a field from the reader; returns false for an unknown field. `inside` is the place of a message in it. */
type ReadField = (field: number, reader: BinaryReader, inside: ProtobufPlace) => boolean

/** The deepest nesting of messages that is read. */
const deepest = 32

/**
 * Reads the fields of a Protocol Buffers message, in order, and skips unknown ones. Throws INVALID_REQUEST for malformed bytes and deep
 * nesting, and TOO_LARGE for too many messages.
 */
export const readProtobuf = (bytes: Uint8Array, { depth, counter }: ProtobufPlace, read: ReadField): void => {
  if (depth > deepest) throw new AppError('INVALID_REQUEST', `The message is nested deeper than ${deepest} levels.`)
  if (++counter.messages > mostValues) throw tooMany('values', mostValues)
  const inside = { depth: depth + 1, counter }
  try {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag()
      if (!read(field, reader, inside)) reader.skip(type, field)
    }
  } catch (error) {
    // Errors of the reader are of the class Error or RangeError; the others are ours.
    if (error instanceof AppError || error instanceof TypeError || error instanceof ReferenceError) throw error
    throw new AppError('INVALID_REQUEST', 'The body is not a valid Protocol Buffers message.', { cause: error })
  }
}

/** Reads a text; bytes that are not UTF-8 become U+FFFD. */
export const readString = (reader: BinaryReader): string => {
  const { buffer, byteOffset, byteLength } = reader.bytes()
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}
