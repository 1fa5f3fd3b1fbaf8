const block = 512
const mostOctal = 0o77777777777

/** A file to put into an archive. */
export interface TarMember {
  readonly path: string
  readonly bytes: number
  content(): AsyncIterable<Buffer>
}

/**
 * Writes a tar stream (POSIX ustar; pax for paths beyond 100 bytes, GNU's binary sizes from 8 GiB on) that every tar program reads.
 * Files get mode 0600 and the time of the archive: two archives of the same files differ in nothing else.
 */
export async function* writeTar(members: Iterable<TarMember>, modifiedAt: number): AsyncGenerator<Buffer> {
  for (const { path, bytes, content } of members) {
    if (Buffer.byteLength(path) > 100) {
      const record = paxRecord('path', path)
      yield header('pax', record.length, 'x', modifiedAt)
      yield padded(record)
    }
    yield header(path, bytes, '0', modifiedAt)
    let written = 0
    for await (const part of content()) {
      written += part.length
      yield part
    }
    if (written !== bytes) throw new Error(`${path} has ${written} bytes instead of ${bytes}.`)
    yield Buffer.alloc(-bytes & (block - 1))
  }
  yield Buffer.alloc(2 * block)
}

const header = (path: string, bytes: number, type: string, modifiedAt: number): Buffer => {
  const made = Buffer.alloc(block)
  made.write(path, 0, 100)
  made.write('0000600\0', 100)
  made.write('0000000\0', 108)
  made.write('0000000\0', 116)
  if (bytes > mostOctal) {
    made[124] = 0x80
    made.writeBigUInt64BE(BigInt(bytes), 128)
  } else {
    made.write(octal(bytes, 11), 124)
  }
  made.write(octal(Math.floor(modifiedAt / 1000), 11), 136)
  made.write('        ', 148)
  made.write(type, 156)
  made.write('ustar\x0000', 257)
  const sum = made.reduce((total, byte) => total + byte, 0)
  made.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return made
}

const octal = (number: number, digits: number): string => `${number.toString(8).padStart(digits, '0')}\0`

/** The length of a pax record counts its own digits. */
const paxRecord = (key: string, value: string): Buffer => {
  const rest = ` ${key}=${value}\n`
  const size = Buffer.byteLength(rest)
  let length = size + String(size).length
  if (String(length).length > String(size).length) length = size + String(length).length
  return Buffer.from(`${length}${rest}`)
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & (block - 1))])
