import { AppError } from '../errors.ts'

const block = 512

/** An entry of an archive: its path as written, and its bytes. */
export interface ArchiveEntry {
  readonly path: string
  readonly bytes: Buffer
}

/**
 * Reads the files of a tar stream (POSIX ustar and pax, GNU long names) that `wants` asks for; the others pass by without being held.
 * Throws INVALID_REQUEST where the stream is no tar, or ends within an entry.
 */
export async function* readTar(
  stream: AsyncIterable<Buffer>,
  wants: (path: string, bytes: number) => boolean,
): AsyncGenerator<ArchiveEntry> {
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
    const isFile = type === '0' || type === '\0' || type === '7'
    if (!isFile || !wants(path, bytes)) {
      await source.skip(padded)
      continue
    }
    const content = await source.take(padded)
    if (content.length < padded) throw broken()
    yield { path, bytes: content.subarray(0, bytes) }
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
  return { take, skip }
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

/** In octal digits; GNU writes sizes that need more in binary, which no rule does. */
const sizeOf = (header: Buffer): number => {
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
