import { createStreamReader, type StreamReader } from '../bytes/stream-reader.ts'

/** Decompresses LZ4 frames, also several ones. Memory is bounded by a block of 4 MiB. Throws if the data is corrupt or cut off. */
export async function* unlz4(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const bytes = createStreamReader(input)
  for (;;) {
    const head = await bytes.read(4)
    if (head.length === 0) return
    if (head.length < 4) throw cutOff()
    const magic = head.readUInt32LE()
    if (magic === frameMagic) yield* readFrame(bytes)
    else if ((magic & 0xfffffff0) >>> 0 === skippableMagic) await skip(bytes)
    else throw new Error('The data is no LZ4 frame.')
  }
}

const frameMagic = 0x184d2204
const skippableMagic = 0x184d2a50
/** Blocks may refer back so far. */
const windowBytes = 65_536

/** Returns exactly so many bytes. */
const readWhole = async (bytes: StreamReader, count: number): Promise<Buffer> => {
  const read = await bytes.read(count)
  if (read.length < count) throw cutOff()
  return read
}

const cutOff = (): Error => new Error('The LZ4 data is cut off.')

const skip = async (bytes: StreamReader): Promise<void> => {
  let left = (await readWhole(bytes, 4)).readUInt32LE()
  while (left > 0) left -= (await readWhole(bytes, Math.min(left, windowBytes))).length
}

async function* readFrame(bytes: StreamReader): AsyncGenerator<Buffer> {
  const [flags = 0, size = 0] = await readWhole(bytes, 2)
  const blockBytes = 2 ** (8 + 2 * ((size >> 4) & 7))
  if (flags >> 6 !== 1 || blockBytes < windowBytes) throw new Error('The LZ4 frame has an unknown version.')
  const hasSize = (flags & 8) !== 0
  const hasDictionary = (flags & 1) !== 0
  if (hasDictionary) throw new Error('The LZ4 frame needs a dictionary.')
  await readWhole(bytes, (hasSize ? 8 : 0) + 1)
  const isIndependent = (flags & 32) !== 0
  let window = Buffer.alloc(0)
  for (;;) {
    const header = (await readWhole(bytes, 4)).readUInt32LE()
    if (header === 0) break
    const length = header & 0x7fffffff
    if (length > blockBytes) throw new Error('The LZ4 data is corrupt.')
    const block = await readWhole(bytes, length)
    const content = header >>> 31 === 1 ? Buffer.from(block) : decodeLz4Block(block, window, blockBytes)
    if ((flags & 16) !== 0) await readWhole(bytes, 4)
    if (!isIndependent) window = Buffer.concat([window, content]).subarray(-windowBytes)
    yield content
  }
  if ((flags & 4) !== 0) await readWhole(bytes, 4)
}

/** Decodes a block: literals, and copies from before, also from the window. Throws if it is corrupt, or longer than `blockBytes`. */
export const decodeLz4Block = (block: Buffer, window: Buffer, blockBytes: number): Buffer => {
  const output = Buffer.allocUnsafe(window.length + blockBytes)
  window.copy(output)
  let end = window.length
  let at = 0
  const readLength = (short: number): number => {
    let length = short
    if (short < 15) return length
    for (let byte = 255; byte === 255; length += byte) {
      const next = block[at]
      if (next === undefined) throw new Error('The LZ4 data is corrupt.')
      at += 1
      byte = next
    }
    return length
  }
  while (at < block.length) {
    const token = block[at] ?? 0
    at += 1
    const literals = readLength(token >> 4)
    if (at + literals > block.length || end + literals > output.length) throw new Error('The LZ4 data is corrupt.')
    block.copy(output, end, at, at + literals)
    at += literals
    end += literals
    // The last sequence has literals only.
    if (at >= block.length) break
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8)
    at += 2
    const length = readLength(token & 15) + 4
    if (distance === 0 || distance > end || end + length > output.length) throw new Error('The LZ4 data is corrupt.')
    if (distance >= length) output.copyWithin(end, end - distance, end - distance + length)
    // A copy may overlap what it writes.
    else for (let i = 0; i < length; i++) output[end + i] = output[end + i - distance] ?? 0
    end += length
  }
  return output.subarray(window.length, end)
}
