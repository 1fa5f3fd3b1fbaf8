import { gunzipSync } from 'node:zlib'

const mostOfOne = 16 * 1_048_576

/** Reads base64 text, which gzip may have packed once more. Undefined when it is no text, or more than the budget allows. */
export const decodePayload = (base64: string, budget: { left: number }): string | undefined => {
  const bytes = Buffer.from(base64, 'base64')
  const unpacked = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes, Math.min(mostOfOne, budget.left)) : bytes
  if (unpacked === undefined || unpacked.length > budget.left) return undefined
  budget.left -= unpacked.length
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(unpacked)
    return text.trim() === '' || text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

const gunzip = (bytes: Uint8Array, most: number): Buffer | undefined => {
  try {
    return most > 0 ? gunzipSync(bytes, { maxOutputLength: most }) : undefined
  } catch {
    return undefined
  }
}
