import { AppError } from '../../errors.ts'

const block = 512

/** A file of an archive: its path as written, and its bytes. */
export interface ArchiveEntry {
  readonly path: string
  readonly bytes: Buffer
}

/** An entry as its header describes it. */
interface TarEntry {
  /** The path as written: it may lead anywhere. */
  readonly path: string
  /** False for folders, links and devices. */
  readonly isFile: boolean
  readonly bytes: number
  /** Yields the content piece by piece. The rest of what is not read before the next entry is skipped. */
  content(): AsyncGenerator<Buffer>
}

/**
 * Reads the files of a tar stream that `wants` asks for; skips the others without holding them. Throws INVALID_REQUEST where the
 * stream is no tar, or ends within an entry.
 */
export async function* readTar(
  stream: AsyncIterable<Buffer>,
  wants: (path: string, bytes: number) => boolean,
): AsyncGenerator<ArchiveEntry> {
  for await (const entry of tarEntries(stream)) {
    if (!entry.isFile || !wants(entry.path, entry.bytes)) continue
    const parts: Buffer[] = []
    for await (const part of entry.content()) parts.push(part)
    yield { path: entry.path, bytes: Buffer.concat(parts) }
  }
}

/**
 * Reads the entries of a tar stream (POSIX ustar and pax, GNU long names), of any size. Throws INVALID_REQUEST where the stream is
 * no tar, or ends within an entry.
 */
export async function* tarEntries(stream: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const source = createSource(stream)
  let longName: string | undefined
  for (;;) {
    const header = await source.take(block)
    if (header.length === 0 || header.every((byte) => byte === 0)) return
    if (header.length < block || !hasChecksum(header)) throw broken()
    const bytes = sizeOf(header)
    const padded = Math.ceil(bytes / block) * block
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'x' || type === 'L') {
      if (bytes > 65_536) throw broken()
      const text = (await source.take(padded)).subarray(0, bytes).toString('utf8')
      longName = type === 'L' ? text.replace(/\0.*$/s, '') : (paxPath(text) ?? longName)
      continue
    }
    const path = longName ?? pathOf(header)
    longName = undefined
    let left = bytes
    yield {
      path,
      isFile: type === '0' || type === '\0' || type === '7',
      bytes,
      async *content() {
        while (left > 0) {
          const part = await source.next(left)
          if (part.length === 0) throw broken()
          left -= part.length
          yield part
        }
      },
    }
    await source.skip(left + padded - bytes)
  }
}

const createSource = (stream: AsyncIterable<Buffer>) => {
  const iterator = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  /** Up to `count` bytes; fewer only at the end. */
  const take = async (count: number): Promise<Buffer> => {
    const parts = [rest]
    let length = rest.length
    while (length < count) {
      const next = await iterator.next()
      if (next.done) break
      parts.push(next.value)
      length += next.value.length
    }
    const all = parts.length === 1 ? rest : Buffer.concat(parts)
    rest = all.subarray(count)
    return all.subarray(0, count)
  }
  /** Up to `count` bytes as they come; none only at the end. */
  const next = async (count: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const read = await iterator.next()
      if (read.done) return rest
      rest = read.value
    }
    const part = rest.subarray(0, count)
    rest = rest.subarray(count)
    return part
  }
  const skip = async (count: number): Promise<void> => {
    let left = count
    while (left > rest.length) {
      left -= rest.length
      const next = await iterator.next()
      if (next.done) throw broken()
      rest = next.value
    }
    rest = rest.subarray(left)
  }
  return { take, next, skip }
}

const textAt = (header: Buffer, start: number, length: number): string =>
  header
    .subarray(start, start + length)
    .toString('utf8')
    .replace(/\0.*$/s, '')

const pathOf = (header: Buffer): string => {
  const prefix = textAt(header, 257, 5) === 'ustar' ? textAt(header, 345, 155) : ''
  return prefix === '' ? textAt(header, 0, 100) : `${prefix}/${textAt(header, 0, 100)}`
}

/** In octal digits; from 8 GiB on in binary, as GNU tar writes it. */
const sizeOf = (header: Buffer): number => {
  if (header[124] === 0x80) {
    const bytes = header.readBigUInt64BE(128)
    if (bytes > Number.MAX_SAFE_INTEGER) throw broken()
    return Number(bytes)
  }
  const digits = textAt(header, 124, 12).trim()
  if (!/^[0-7]{1,12}$/.test(digits)) throw broken()
  return Number.parseInt(digits, 8)
}

/** The sum of the header's bytes, its own field counted as blanks. */
const hasChecksum = (header: Buffer): boolean => {
  let sum = 0
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] ?? 0)
  return Number.parseInt(textAt(header, 148, 8).trim(), 8) === sum
}

const paxPath = (text: string): string | undefined => /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1]

const broken = (): AppError =>
  new AppError('INVALID_REQUEST', 'The archive is no tar file, or is cut off.', {
    hint: 'Make it anew, or send a zip.',
  })
