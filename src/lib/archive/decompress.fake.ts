import { Readable } from 'node:stream'

/** Decompresses bytes that arrive in chunks of a size, and returns the text. */
export const decompressChunks = async (
  decompress: (source: Readable) => AsyncIterable<Buffer>,
  bytes: Uint8Array,
  size = 65_536,
): Promise<string> => {
  const parts: Buffer[] = []
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  for await (const part of decompress(Readable.from(chunks))) parts.push(part)
  return Buffer.concat(parts).toString()
}
