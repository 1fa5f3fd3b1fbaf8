import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { AppError } from '../../../errors.ts'
import { beginsWith, isGzip } from '../../../lib/bytes/begins-with.ts'
import { byFirstChunk } from '../../../lib/bytes/by-first-chunk.ts'
import { bunzip } from '../../../lib/bzip2/bunzip.ts'
import { unlz4 } from '../../../lib/lz4/unlz4.ts'
import { binaryLogs } from './binary-logs.ts'

type Bytes = AsyncIterable<Uint8Array>

const chunkSize = 65_536

interface Compression {
  readonly name: string
  /** Whether bytes begin data of this kind. */
  isBegun(head: Uint8Array): boolean
  /** Decompresses a stream. Throws if the data is corrupt or cut off. */
  unpack(input: AsyncIterable<Buffer>): Bytes
}

/** Whether bytes begin a bzip2 stream with a block, or an empty one. A text may begin with its three letters, too. */
const beginsBzip2 = (head: Uint8Array): boolean => {
  const magic = Buffer.from(head.subarray(4, 7)).toString('hex')
  return beginsWith(0x42, 0x5a, 0x68)(head) && (magic === '314159' || magic === '177245')
}

const compressions: readonly Compression[] = [
  { name: 'gzip', isBegun: isGzip, unpack: (input) => piped(input, createGunzip({ chunkSize })) },
  {
    name: 'zstd',
    isBegun: beginsWith(0x28, 0xb5, 0x2f, 0xfd),
    unpack: (input) => piped(input, createZstdDecompress({ chunkSize })),
  },
  { name: 'bzip2', isBegun: beginsBzip2, unpack: bunzip },
  { name: 'xz', isBegun: beginsWith(0xfd, 0x37, 0x7a, 0x58, 0x5a), unpack: unxz },
  { name: 'lz4', isBegun: beginsWith(0x04, 0x22, 0x4d, 0x18), unpack: unlz4 },
]
const logs: readonly Compression[] = binaryLogs.map(({ name, isBegun, lines }) => ({ name, isBegun, unpack: lines }))

/** Returns the compression of a file, or the kind of a binary log, by its first bytes, because the name may be wrong. */
export const compressionOf = (head: Uint8Array): Compression | undefined =>
  compressions.find(({ isBegun }) => isBegun(head)) ?? logOf(head)

const logOf = (head: Uint8Array): Compression | undefined => logs.find(({ isBegun }) => isBegun(head))

/** Reads a binary log within a compressed file as its lines. */
const readInnerLog = (unpacked: Bytes): Bytes =>
  byFirstChunk(unpacked, (first, whole) => logOf(first)?.unpack(asBuffers(whole)) ?? whole)

async function* asBuffers(chunks: Bytes): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield asBuffer(chunk)
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)

/** Resolves when the decoder of the last xz stream is loaded. */
let isLoaded: Promise<unknown> = Promise.resolve()
const unlocked = { acquire: async () => {}, release() {} }

/**
 * Loads its WebAssembly only when a file needs it. The library lets a stream wait until another one has ended, which may be never if files
 * are read in turn. Its streams cannot share the memory of one decoder either, so each loads its own, one after the other.
 */
async function* unxz(input: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const { default: xz } = await import('xz-decompress')
  const opening = isLoaded.then(async () => {
    const own = { _moduleInstance: undefined, _moduleInstancePromise: undefined, _contextMutex: unlocked }
    const chunks = new (Object.assign(xz.XzReadableStream, own))(ReadableStream.from(input)).values()
    return { chunks, first: await chunks.next() }
  })
  isLoaded = opening.catch(() => {})
  const { chunks, first } = await opening
  try {
    if (first.done) return
    yield first.value
    yield* chunks
  } finally {
    await chunks.return?.()
  }
}

/** Passes a stream through a decompressor of Node. */
async function* piped(input: AsyncIterable<Buffer>, unzip: ReturnType<typeof createGunzip>): AsyncGenerator<Buffer> {
  const packed = Readable.from(input)
  packed.once('error', (error) => unzip.destroy(error))
  packed.pipe(unzip)
  try {
    yield* unzip
  } catch (error) {
    // The iterator leaves out what came just before the fault.
    for (let rest: unknown = unzip.read(); Buffer.isBuffer(rest); rest = unzip.read()) yield rest
    throw error
  } finally {
    packed.destroy()
    unzip.destroy()
  }
}

/** Limits for the size of decompressed data. */
export interface ExpansionLimits {
  /** Output bytes per input byte. Repetitive logs reach 200, and gzip cannot exceed 1,032. */
  readonly ratio: number
  /** The ratio is checked after this many bytes. */
  readonly ratioFrom: number
  /** Maximum output bytes. */
  readonly bytes: number
}

export const expansionLimits: ExpansionLimits = { ratio: 500, ratioFrom: 2 ** 28, bytes: 2 ** 38 }

/**
 * Decompresses a stream by its first bytes, also one with several members or frames, and reads a binary log as lines. Throws SOURCE_FAILED if the
 * data is corrupt, or the output exceeds the limits.
 */
export const decompress = (
  input: AsyncIterable<Buffer>,
  limits: ExpansionLimits = expansionLimits,
): AsyncGenerator<Buffer> =>
  byFirstChunk(input, (first, whole) => {
    const compression = compressionOf(first)
    return compression ? unpack(whole, compression, limits) : whole
  })

async function* unpack(
  input: AsyncIterable<Buffer>,
  compression: Compression,
  limits: ExpansionLimits,
): AsyncGenerator<Buffer> {
  const guard = expansionGuard(limits)
  try {
    const unpacked = compression.unpack(guard.received(input))
    for await (const chunk of logs.includes(compression) ? unpacked : readInnerLog(unpacked)) {
      guard.expanded(chunk.length)
      yield asBuffer(chunk)
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('SOURCE_FAILED', `The ${compression.name} data is incomplete or corrupt.`, { cause: error })
  }
}

/** Compares what goes into a decompressor with what comes out. */
interface ExpansionGuard {
  /** Counts what goes in. */
  received(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer>
  /** Counts what came out. Throws SOURCE_FAILED beyond the limits. */
  expanded(bytes: number): void
}

/** Creates a guard against decompression bombs. */
export const expansionGuard = (limits: ExpansionLimits): ExpansionGuard => {
  let received = 0
  let decompressed = 0
  return {
    async *received(input) {
      for await (const chunk of input) {
        received += chunk.length
        yield chunk
      }
    },
    expanded(bytes) {
      decompressed += bytes
      if (decompressed <= limits.bytes && (decompressed <= limits.ratioFrom || decompressed <= received * limits.ratio))
        return
      throw new AppError(
        'SOURCE_FAILED',
        `The file expands to more than ${decompressed} bytes from ${received} and may be a decompression bomb.`,
        { hint: 'If the file is a log, unpack it yourself and read the result.' },
      )
    },
  }
}
