import { createStreamReader } from '../bytes/stream-reader.ts'

/**
 * Decompresses bzip2, also several streams one after the other, in memory bounded by a block. Throws if the data is corrupt or cut off.
 */
export async function* bunzip(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const bits = createBitReader(input)
  let level = 0
  for (;;) {
    if (level === 0) {
      await bits.fill(4)
      if (bits.isAtEnd) return
      level = readHeader(bits)
    }
    // The maximum size of a block with its tables.
    await bits.fill(level * 104_000 + 40_000)
    const magic = bits.read(24) * 2 ** 24 + bits.read(24)
    if (magic === endMagic) {
      bits.read(16)
      bits.read(16)
      bits.align()
      level = 0
    } else if (magic === blockMagic) yield* decodeBlock(bits, level * 100_000)
    else throw new Error('A block of bzip2 data has no header.')
  }
}

const blockMagic = 0x314159265359
const endMagic = 0x177245385090
const chunkBytes = 65_536
const longestCode = 20
const groupSize = 50

interface BitReader {
  /** Reads until this many bytes are available, or the input ends. */
  fill(bytes: number): Promise<void>
  /** Reads at most 24 bits. Throws after the end. */
  read(count: number): number
  align(): void
  readonly isAtEnd: boolean
}

const createBitReader = (stream: AsyncIterable<Uint8Array>): BitReader => {
  const input = createStreamReader(stream)
  let bytes: Buffer = Buffer.alloc(0)
  let at = 0
  let value = 0
  let available = 0
  return {
    async fill(wanted) {
      const left = bytes.subarray(at)
      bytes = left.length < wanted ? Buffer.concat([left, await input.read(wanted - left.length)]) : left
      at = 0
    },
    read(count) {
      while (available < count) {
        const byte = bytes[at]
        if (byte === undefined) throw new Error('The bzip2 data is cut off.')
        value = ((value << 8) | byte) >>> 0
        at += 1
        available += 8
      }
      available -= count
      const read = count === 0 ? 0 : (value >>> available) & (2 ** count - 1)
      value &= 2 ** available - 1
      return read
    },
    align() {
      available = 0
      value = 0
    },
    get isAtEnd() {
      return at >= bytes.length
    },
  }
}

const readHeader = (bits: BitReader): number => {
  const magic = bits.read(24)
  const level = bits.read(8) - 48
  if (magic !== 0x425a68 || level < 1 || level > 9) throw new Error('The data is no bzip2 stream.')
  return level
}

/** Reads one block: its code, the transform of Burrows and Wheeler, and the runs. */
function* decodeBlock(bits: BitReader, blockBytes: number): Generator<Buffer> {
  const expected = bits.read(16) * 65_536 + bits.read(16)
  if (bits.read(1) === 1) throw new Error('The bzip2 data is of an old version.')
  const origin = bits.read(24)
  const { order, count, counts } = readSymbols(bits, blockBytes)
  if (origin >= count) throw new Error('The bzip2 data is corrupt.')

  // Inverts the transform: the upper bits of each entry point to the next one.
  let sum = 0
  for (let symbol = 0; symbol < 256; symbol++) {
    const before = sum
    sum += counts[symbol] ?? 0
    counts[symbol] = before
  }
  for (let i = 0; i < count; i++) {
    const symbol = (order[i] ?? 0) & 255
    const place = counts[symbol] ?? 0
    counts[symbol] = place + 1
    order[place] = ((order[place] ?? 0) | (i << 8)) >>> 0
  }

  let chunk = Buffer.allocUnsafe(chunkBytes)
  let length = 0
  let checksum = 0xffffffff
  let entry = (order[origin] ?? 0) >>> 8
  let last = -1
  let repeats = 0
  for (let i = 0; i < count; i++) {
    const next = order[entry] ?? 0
    const byte = next & 255
    entry = next >>> 8
    // After four equal bytes, the next one is the number of further repetitions.
    const times = repeats === 4 ? byte : 1
    const written = repeats === 4 ? last : byte
    if (repeats === 4) {
      repeats = 0
      last = -1
    } else if (byte === last) repeats += 1
    else {
      last = byte
      repeats = 1
    }
    for (let j = 0; j < times; j++) {
      checksum = (checksum << 8) ^ (checksums[(checksum >>> 24) ^ written] ?? 0)
      chunk[length] = written
      length += 1
      if (length === chunkBytes) {
        yield chunk
        chunk = Buffer.allocUnsafe(chunkBytes)
        length = 0
      }
    }
  }
  if (length > 0) yield chunk.subarray(0, length)
  if (~checksum >>> 0 !== expected) throw new Error('The checksum of a bzip2 block is wrong.')
}

/** Decodes the symbols of a block: Huffman codes, runs of zeros, and moving to the front. */
const readSymbols = (bits: BitReader, blockBytes: number) => {
  const front = readAlphabet(bits)
  const endSymbol = front.length + 1
  const codeCount = bits.read(3)
  const selectorCount = bits.read(15)
  if (codeCount < 2 || codeCount > 6 || selectorCount === 0) throw new Error('The bzip2 data is corrupt.')
  const selectors = readSelectors(bits, selectorCount, codeCount)
  const codes = Array.from({ length: codeCount }, () => readCode(bits, endSymbol + 1))

  const order = new Uint32Array(blockBytes)
  const counts = new Uint32Array(256)
  let count = 0
  let run = 0
  let weight = 1
  for (let decoded = 0; ; decoded++) {
    const code = codes[selectors[Math.floor(decoded / groupSize)] ?? codeCount]
    if (!code) throw new Error('The bzip2 data is corrupt.')
    const symbol = readSymbol(bits, code)
    if (symbol < 2) {
      run += weight << symbol
      weight *= 2
      if (run > blockBytes) throw new Error('The bzip2 data is corrupt.')
      continue
    }
    if (run > 0) {
      const byte = front[0] ?? 0
      if (count + run > blockBytes) throw new Error('The bzip2 data is corrupt.')
      order.fill(byte, count, count + run)
      counts[byte] = (counts[byte] ?? 0) + run
      count += run
      run = 0
      weight = 1
    }
    if (symbol === endSymbol) return { order, count, counts }
    const byte = front[symbol - 1] ?? 0
    front.copyWithin(1, 0, symbol - 1)
    front[0] = byte
    if (count === blockBytes) throw new Error('The bzip2 data is corrupt.')
    order[count] = byte
    counts[byte] = (counts[byte] ?? 0) + 1
    count += 1
  }
}

/** Reads which bytes occur in the block. */
const readAlphabet = (bits: BitReader): Uint8Array => {
  const ranges = bits.read(16)
  const used: number[] = []
  for (let range = 0; range < 16; range++) {
    if (((ranges >> (15 - range)) & 1) === 0) continue
    const members = bits.read(16)
    for (let i = 0; i < 16; i++) if (((members >> (15 - i)) & 1) === 1) used.push(range * 16 + i)
  }
  if (used.length === 0) throw new Error('The bzip2 data is corrupt.')
  return Uint8Array.from(used)
}

/** Reads which code each group of symbols uses. */
const readSelectors = (bits: BitReader, count: number, codeCount: number): Uint8Array => {
  const recent = Array.from({ length: codeCount }, (_, i) => i)
  return Uint8Array.from({ length: count }, () => {
    let place = 0
    while (bits.read(1) === 1) place += 1
    const [code] = recent.splice(place, 1)
    if (code === undefined) throw new Error('The bzip2 data is corrupt.')
    recent.unshift(code)
    return code
  })
}

interface Code {
  /** By length: the largest code, and the distance from a code to its place in `symbols`. */
  readonly largest: Int32Array
  readonly distance: Int32Array
  readonly symbols: Uint16Array
}

const readCode = (bits: BitReader, symbolCount: number): Code => {
  const lengths = new Uint8Array(symbolCount)
  let length = bits.read(5)
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    while (bits.read(1) === 1) length += bits.read(1) === 1 ? -1 : 1
    if (length < 1 || length > longestCode) throw new Error('The bzip2 data is corrupt.')
    lengths[symbol] = length
  }
  const largest = new Int32Array(longestCode + 1).fill(-1)
  const distance = new Int32Array(longestCode + 1)
  const symbols = new Uint16Array(symbolCount)
  let code = 0
  let placed = 0
  for (let size = 1; size <= longestCode; size++) {
    distance[size] = code - placed
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      if (lengths[symbol] !== size) continue
      symbols[placed] = symbol
      placed += 1
      code += 1
      largest[size] = code - 1
    }
    code *= 2
  }
  return { largest, distance, symbols }
}

const readSymbol = (bits: BitReader, { largest, distance, symbols }: Code): number => {
  let code = 0
  for (let size = 1; size <= longestCode; size++) {
    code = code * 2 + bits.read(1)
    if (code <= (largest[size] ?? -1)) return symbols[code - (distance[size] ?? 0)] ?? 0
  }
  throw new Error('The bzip2 data is corrupt.')
}

/** The checksum of each byte: CRC-32 with the highest bit first. */
const checksums = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let i = 0; i < 8; i++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value
})
