/** An IP address as four 32-bit words; IPv4 stands in the mapped range `::ffff:0:0/96`. */
interface Address {
  readonly words: readonly [number, number, number, number]
  readonly v4: boolean
}

/** A range of addresses: all that share the first `bits` bits. */
export interface Network {
  readonly words: readonly [number, number, number, number]
  readonly bits: number
  /** Whether it lies among the mapped IPv4 addresses. */
  readonly v4: boolean
}

const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

const parseV4 = (text: string): number | undefined => {
  const match = octets.exec(text)
  if (!match) return undefined
  let word = 0
  for (let part = 1; part <= 4; part += 1) {
    const octet = Number(match[part])
    if (octet > 255) return undefined
    word = ((word << 8) | octet) >>> 0
  }
  return word
}

const parseGroups = (text: string): number[] | undefined => {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const v4 = index === parts.length - 1 ? parseV4(part) : undefined
    if (v4 === undefined) return undefined
    groups.push(v4 >>> 16, v4 & 0xffff)
  }
  return groups
}

/** Reads an IPv4 or IPv6 address, with or without a zone; undefined when the text is none. */
export const parseAddress = (text: string): Address | undefined => {
  if (text.length > 64) return undefined
  const v4 = parseV4(text)
  if (v4 !== undefined) return { words: [0, 0, 0xffff, v4], v4: true }
  if (!text.includes(':')) return undefined
  const percent = text.indexOf('%')
  const halves = (percent < 0 ? text : text.slice(0, percent)).split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] ?? '')
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail]
  const word = (index: number): number => (((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0)) >>> 0
  const words = [word(0), word(2), word(4), word(6)] as const
  return { words, v4: words[0] === 0 && words[1] === 0 && words[2] === 0xffff }
}

/** Reads `10.0.0.0/8`, `2001:db8::/32` or a single address; undefined when the text is none of them. */
export const parseNetwork = (text: string): Network | undefined => {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (!address) return undefined
  const short = !text.includes(':')
  const prefix = slash < 0 ? (short ? '32' : '128') : text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > (short ? 32 : 128)) return undefined
  const bits = Number(prefix) + (short ? 96 : 0)
  return { words: address.words, bits, v4: address.v4 && bits >= 96 }
}

/** Tells whether a text is an address of the network. An IPv6 network holds no IPv4 address. */
export const inNetwork = (text: string, network: Network): boolean => {
  const address = parseAddress(text)
  if (!address || address.v4 !== network.v4) return false
  for (let index = 0; index < 4; index += 1) {
    const bits = Math.min(32, network.bits - index * 32)
    if (bits <= 0) return true
    if (((address.words[index] ?? 0) ^ (network.words[index] ?? 0)) >>> (32 - bits) !== 0) return false
  }
  return true
}
