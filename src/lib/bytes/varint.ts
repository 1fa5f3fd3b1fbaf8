/** Writes an integer from 0 to 2^53 at a place, seven bits a byte, low ones first. Returns the place after it: up to 8 bytes on. */
export const writeVarint = (bytes: Uint8Array, start: number, value: number): number => {
  let rest = value
  let at = start
  while (rest >= 0x80) {
    if (rest < 0x7fff_ffff) {
      bytes[at] = (rest & 0x7f) | 0x80
      rest >>>= 7
    } else {
      bytes[at] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    at += 1
  }
  bytes[at] = rest
  return at + 1
}

/** Reads an integer that `writeVarint` wrote, from `next`, which returns one byte after the other. Throws RangeError if it is too long. */
export const readVarint = (next: () => number): number => {
  let value = 0
  for (let scale = 1; scale <= 2 ** 56; scale *= 0x80) {
    const byte = next()
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
  }
  throw new RangeError('A number is too long.')
}
