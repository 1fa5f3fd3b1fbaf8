import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { readBytes } from './content.ts'
import { compressionOf, decompress } from './decompress.ts'
import { utf16Of } from './utf16.ts'

const chunkBytes = 65_536

/** Reads the first bytes of a file. */
export const readHead = async (path: string, bytes = chunkBytes): Promise<Buffer> => {
  const file = await open(path)
  try {
    return await readBytes(file, bytes, 0)
  } finally {
    await file.close()
  }
}

/** Decompresses the first bytes. Data that is corrupt or cut off is reported when it is read. */
export const decompressHead = async (path: string): Promise<Buffer> => {
  const stream = createReadStream(path, { highWaterMark: chunkBytes })
  const chunks = decompress(stream)
  try {
    const { value } = await chunks.next()
    return value ?? Buffer.alloc(0)
  } catch {
    return Buffer.alloc(0)
  } finally {
    await chunks.return(undefined)
    stream.destroy()
  }
}

/** Returns the first bytes of a decompressed file as UTF-8. */
export const asText = (head: Buffer): Buffer => {
  const encoding = utf16Of(head)
  return encoding ? Buffer.from(new TextDecoder(encoding).decode(head)) : head
}

/** Reads the beginning of a log, compressed or not. */
export const readTextHead = async (path: string, bytes: number): Promise<string> => {
  const raw = await readHead(path, bytes)
  return asText(compressionOf(raw) ? await decompressHead(path) : raw).toString('utf8')
}
