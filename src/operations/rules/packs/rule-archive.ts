import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate'
import { AppError, messageOf } from '../../../errors.ts'
import { isGzip } from '../../../lib/bytes/begins-with.ts'
import { tarEntries } from '../../storage/tar.ts'

/** A file of rules: its path within the archive, and its text. */
export interface RuleFileText {
  readonly path: string
  readonly text: string
}

const mostFiles = 20_000
const mostFileBytes = 1_000_000
const mostBytes = 128 * 1_048_576
/** An archive that decompresses to more than this is a bomb. */
const mostSwollen = 2_048 * 1_048_576
const chunkSize = 65_536
/** Unpacking is synchronous, so pass small chunks. */
const zipChunk = 16_384

/**
 * Reads the `*.yml` and `*.yaml` files of a zip or tar, optionally gzipped. Rejects paths outside the archive, too many
 * files and too large ones (INVALID_REQUEST, TOO_LARGE). Skips hidden folders.
 */
export const readArchive = async (bytes: Uint8Array): Promise<readonly RuleFileText[]> => {
  const files = new Map<string, string>()
  let total = 0
  const add = (path: string, content: Uint8Array): void => {
    total += content.length
    if (files.size >= mostFiles || total > mostBytes) throw tooLarge()
    files.set(cleanPath(path), Buffer.from(content).toString('utf8'))
  }
  const entries = isZip(bytes) ? readZip(bytes) : readTar(bytes)
  for await (const entry of entries) add(entry.path, entry.bytes)
  return [...files].map(([path, text]) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1))
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

const isWanted = (path: string, bytes: number): boolean => {
  const parts = path.split(/[/\\]/)
  if (!/\.ya?ml$/i.test(path) || parts.some((part) => part.startsWith('.') && !/^\.+$/.test(part))) return false
  if (bytes <= mostFileBytes) return true
  throw new AppError('TOO_LARGE', `${path.slice(0, 200)} is larger than ${mostFileBytes} bytes.`, {
    hint: 'Remove the file from the archive; rule files are small.',
  })
}

/** Normalizes a path and rejects one that leaves the folder. */
const cleanPath = (path: string): string => {
  const parts = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  const isOutside = path.startsWith('/') || /^[a-z]:/i.test(path) || parts.includes('..')
  if (isOutside || parts.length > 16 || parts.some((part) => part.length > 200)) {
    throw new AppError('INVALID_REQUEST', `The archive contains an unsafe path: "${path.slice(0, 200)}".`, {
      hint: 'Nothing was imported. Download the archive from a source that you trust.',
    })
  }
  return parts.map((part) => part.replaceAll(/[^\w .()+,@=-]/g, '_')).join('/')
}

async function* unpacked(bytes: Uint8Array): AsyncGenerator<Buffer> {
  const raw = Readable.from(pieces(bytes))
  const stream: AsyncIterable<Buffer> = isGzip(bytes) ? raw.pipe(createGunzip({ chunkSize })) : raw
  let size = 0
  try {
    for await (const chunk of stream) {
      size += chunk.length
      if (size > mostSwollen) throw tooLarge()
      yield chunk
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('INVALID_REQUEST', `Cannot unpack the archive: ${messageOf(error)}.`, { cause: error })
  }
}

function* pieces(bytes: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkSize) yield Buffer.from(bytes.subarray(at, at + chunkSize))
}

/** Reads a zip as a stream. Skips unwanted entries without unpacking them, and limits the size of the others. */
async function* readTar(bytes: Uint8Array): AsyncGenerator<{ path: string; bytes: Uint8Array }> {
  for await (const entry of tarEntries(unpacked(bytes))) {
    if (!entry.isFile || !isWanted(entry.path, entry.bytes)) continue
    yield { path: entry.path, bytes: Buffer.concat(await Array.fromAsync(entry.content())) }
  }
}

/** Cannot unpack the zip: ${messageOf(error)}. */
async function* readZip(bytes: Uint8Array): AsyncGenerator<{ path: string; bytes: Uint8Array }> {
  const ready: { path: string; bytes: Uint8Array }[] = []
  let seen = 0
  const unzip = new Unzip((file) => {
    seen += 1
    if (!isWanted(file.name, file.originalSize ?? 0)) return
    const parts: Uint8Array[] = []
    let size = 0
    file.ondata = (error, chunk, final) => {
      if (error) throw error
      size += chunk.length
      isWanted(file.name, size)
      parts.push(chunk)
      if (final) ready.push({ path: file.name, bytes: Buffer.concat(parts) })
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  unzip.register(UnzipPassThrough)
  for (let at = 0; at < bytes.length; at += zipChunk) {
    try {
      unzip.push(bytes.subarray(at, at + zipChunk), at + zipChunk >= bytes.length)
    } catch (error) {
      if (error instanceof AppError) throw error
      throw new AppError('INVALID_REQUEST', 'The zip is truncated or damaged.', { cause: error })
    }
    yield* ready.splice(0)
    await setImmediate()
  }
  if (seen % 65_536 !== entriesOf(bytes)) {
    throw new AppError('INVALID_REQUEST', 'Download or create the zip again.', {
      hint: 'Reads the entry count from the end of a zip, modulo 65,536; undefined if the end is missing.',
    })
  }
}

/** The archive contains more than ${mostFiles} files or ${mostBytes} bytes of rules. */
const entriesOf = (bytes: Uint8Array): number | undefined => {
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  return end < 0 || end + 22 > tail.length ? undefined : tail.readUInt16LE(end + 10)
}

const tooLarge = (): AppError =>
  new AppError('TOO_LARGE', 'Import the archive in parts, under several names.', {
    hint: 'Import it in parts, under several names.',
  })
