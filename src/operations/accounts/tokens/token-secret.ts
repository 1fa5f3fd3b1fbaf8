import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Role } from '../../../schema/account/role.ts'

const shape = /^vdt_(ingest|viewer|auditor|analyst|admin|session|password)_([\w-]{32,64})([\w-]{6})$/

/**
 * Formats a token: `vdt_<purpose>_<secret><checksum>`. Secret scanners find leaked tokens by the prefix. The checksum
 * rejects mistyped tokens without a store lookup.
 */
export const formatToken = (purpose: Role | 'session' | 'password', secret: string): string => {
  const body = `vdt_${purpose}_${secret}`
  return body + checksum(body)
}

/** Returns the purpose of a token; undefined if the text is not one of our tokens. */
export const readToken = (text: string): { readonly purpose: string } | undefined => {
  const match = shape.exec(text)
  if (!match?.[1] || !match[3]) return undefined
  return checksum(text.slice(0, -match[3].length)) === match[3] ? { purpose: match[1] } : undefined
}

/** Hashes a token for the store. A plain hash suffices for a secret of 256 random bits. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

const checksum = (text: string): string => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return bytes.toString('base64url')
}
