import { Readable, Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { AppError } from '../../../errors.ts'

type Compression = 'gzip' | 'zstd' | 'bzip2' | 'xz'

const chunkSize = 65_536

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
]

/** Returns the compression of a file by its first bytes, because the name may be wrong. */
export const compressionOf = (head: Uint8Array): Compression | undefined =>
  magics.find(([, magic]) => magic.every((byte, i) => head[i] === byte))?.[0]

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

const advice: Readonly<Record<'bzip2' | 'xz', string>> = {
  bzip2: 'Unpack it first: bunzip2 --keep FILE.',
  xz: 'Unpack it first: unxz --keep FILE.',
}

/**
 * Decompresses a stream, including gzip with several members and zstd with several frames. Throws SOURCE_FAILED if the data is corrupt,
 * the format is not supported, or the output exceeds the limits.
 */
export async function* decompress(
  input: AsyncIterable<Buffer>,
  compression: Compression | undefined,
  limits: ExpansionLimits = expansionLimits,
): AsyncGenerator<Buffer> {
  if (compression === undefined) {
    yield* input
    return
  }
  if (compression === 'bzip2' || compression === 'xz') {
    throw new AppError('SOURCE_FAILED', `Compression with ${compression} is not supported.`, {
      hint: advice[compression],
    })
  }
  let received = 0
  let decompressed = 0
  const counter = new Transform({
    transform(chunk, _encoding, done) {
      received += chunk.length
      done(null, chunk)
    },
  })
  const unzip = compression === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize })
  const packed = Readable.from(input)
  packed.once('error', (error) => unzip.destroy(error))
  counter.once('error', (error) => unzip.destroy(error))
  packed.pipe(counter).pipe(unzip)
  try {
    for await (const chunk of unzip) {
      decompressed += chunk.length
      if (decompressed > limits.bytes || (decompressed > limits.ratioFrom && decompressed > received * limits.ratio)) {
        throw new AppError(
          'SOURCE_FAILED',
          `The file expands to more than ${decompressed} bytes from ${received} and may be a decompression bomb.`,
          {
            hint: 'If the file is a log, unpack it yourself and read the result.',
          },
        )
      }
      yield chunk
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('SOURCE_FAILED', `The ${compression} data is incomplete or corrupt.`, { cause: error })
  } finally {
    packed.destroy()
    unzip.destroy()
  }
}
