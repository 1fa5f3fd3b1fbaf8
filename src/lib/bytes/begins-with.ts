/** Tests whether data begins with these bytes, by which its format is known. */
export const beginsWith =
  (...magic: readonly number[]) =>
  (head: Uint8Array): boolean =>
    magic.every((byte, i) => head[i] === byte)
