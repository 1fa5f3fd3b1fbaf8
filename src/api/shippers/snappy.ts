import { AppError } from '../../errors.ts'

/**
 * Decompresses a Snappy block, the format of Loki's and Prometheus's requests. Throws TOO_LARGE above `most` bytes and INVALID_REQUEST for
 * malformed bytes. Written here because the libraries without native code do not check lengths, and can loop for ever on hostile bytes.
 */
export const decompressSnappy = (input: Uint8Array, most: number): Buffer => {
  let at = 0
  const next = (): number => {
    const byte = input[at++]
    if (byte === undefined) throw malformed()
    return byte
  }
  const nextNumber = (bytes: number): number => {
    let value = 0
    for (let i = 0; i < bytes; i++) value += next() * 2 ** (8 * i)
    return value
  }

  let size = 0
  for (let shift = 0; ; shift += 7) {
    const byte = next()
    size += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
    if (shift >= 28) throw malformed()
  }
  if (size > most) {
    throw new AppError('TOO_LARGE', `The body is larger than ${most} bytes.`, { hint: 'Send it in several requests.' })
  }
  // A copy of 64 bytes takes 3, so a block cannot expand further than this.
  if (size > input.length * 64) throw malformed()

  const output = Buffer.alloc(size)
  let end = 0
  while (at < input.length) {
    const tag = next()
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >>> 2
      const length = (short < 60 ? short : nextNumber(short - 59)) + 1
      if (at + length > input.length || end + length > size) throw malformed()
      output.set(input.subarray(at, at + length), end)
      at += length
      end += length
      continue
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const offset = kind === 1 ? (tag >>> 5) * 256 + next() : nextNumber(kind === 2 ? 2 : 4)
    if (offset === 0 || offset > end || end + length > size) throw malformed()
    // Source and destination may overlap, so that a short pattern repeats.
    for (let i = 0; i < length; i++) output[end + i] = output[end + i - offset] ?? 0
    end += length
  }
  if (end !== size) throw malformed()
  return output
}

const malformed = (): AppError => new AppError('INVALID_REQUEST', 'The body is not valid Snappy.')
