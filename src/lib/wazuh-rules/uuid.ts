import { createHash } from 'node:crypto'

/** The namespace of the ids that are made here. Never changed: the same rule must keep its id. */
const namespace = Buffer.from('5f0b6f7a3c5d4c0e9a4d6d1c2b7e9f10', 'hex')

/** Makes a UUID of a name: version 5 (RFC 9562, §5.5), the same for the same name. */
export const toUuid = (name: string): string => {
  const hash = createHash('sha1').update(namespace).update(name).digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
