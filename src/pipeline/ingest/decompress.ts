import { Readable, Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { AppError } from '../../errors.ts'

type Compression = 'gzip' | 'zstd' | 'bzip2' | 'xz'

const chunkSize = 65_536

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
]

/** Tells by its first bytes how something is compressed; a name may lie. */
export const compressionOf = (head: Uint8Array): Compression | undefined =>
  magics.find(([, magic]) => magic.every((byte, i) => head[i] === byte))?.[0]

/** How far a compressed file may unfold. */
export interface ExpansionLimits {
  /** Bytes out for a byte in. Repetitive logs reach 200; gzip itself ends at 1,032. */
  readonly ratio: number
  /** The ratio is not looked at before this many bytes. */
  readonly ratioFrom: number
  /** Bytes out, at most. */
  readonly bytes: number
}

export const expansionLimits: ExpansionLimits = { ratio: 500, ratioFrom: 2 ** 28, bytes: 2 ** 38 }

const advice: Readonly<Record<'bzip2' | 'xz', string>> = {
  bzip2: 'Unpack it first: bunzip2 --keep FILE.',
  xz: 'Unpack it first: unxz --keep FILE.',
}

/**
 * Unfolds a compressed stream as it is read, gzip of several members and zstd of several frames included. Throws SOURCE_FAILED
 * where it is broken, for what cannot be unfolded here, and when it unfolds past the limits.
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
    throw new AppError('SOURCE_FAILED', `It is compressed with ${compression}, which cannot be read.`, {
      hint: advice[compression],
    })
  }
  let received = 0
  let unfolded = 0
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
      unfolded += chunk.length
      if (unfolded > limits.bytes || (unfolded > limits.ratioFrom && unfolded > received * limits.ratio)) {
        throw new AppError(
          'SOURCE_FAILED',
          `It unfolds to more than ${unfolded} bytes from ${received}: a decompression bomb?`,
          {
            hint: 'If it is a log, unpack it by hand and read that.',
          },
        )
      }
      yield chunk
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('SOURCE_FAILED', `It is not whole ${compression} data.`, { cause: error })
  } finally {
    packed.destroy()
    unzip.destroy()
  }
}
