/** Reads a stream of bytes in the lengths of its format, whatever the length of its chunks. */
export interface StreamReader {
  /** Returns the next bytes, and fewer than `count` only at the end of the stream. */
  read(count: number): Promise<Buffer>
}

export const createStreamReader = (input: AsyncIterable<Uint8Array>): StreamReader => {
  const chunks = input[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  return {
    async read(count) {
      const parts: Uint8Array[] = [held]
      let size = held.length
      while (size < count) {
        const next = await chunks.next()
        if (next.done) break
        parts.push(next.value)
        size += next.value.length
      }
      const all = parts.length === 1 ? held : Buffer.concat(parts)
      held = all.subarray(count)
      return all.subarray(0, count)
    },
  }
}
