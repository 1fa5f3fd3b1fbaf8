/** Tests whether data begins with these bytes, by which its format is known. */
export const beginsWith =
  (...magic: readonly number[]) =>
  (head: Uint8Array): boolean =>
    magic.every((byte, i) => head[i] === byte)

/** Whether bytes are gzip. */
export const isGzip = beginsWith(0x1f, 0x8b)
