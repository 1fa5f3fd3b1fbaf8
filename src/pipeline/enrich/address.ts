/** An address as eight groups of 16 bits; IPv4 is written into IPv6 as `::ffff:a.b.c.d`. */
export type Address = readonly number[]

export interface Range {
  readonly address: Address
  /** How many leading bits count, of 128. */
  readonly bits: number
}

/** Reads an IPv4 or IPv6 address; undefined when the text is none. A zone (`fe80::1%eth0`) is left out. */
export const parseAddress = (text: string): Address | undefined =>
  text.includes(':') ? parseVersion6(text.split('%', 1)[0] ?? '') : parseVersion4(text)

/** Reads `10.0.0.0/8`, `fc00::/7` or a single address; undefined when the text is neither. */
export const parseRange = (text: string): Range | undefined => {
  const [host = '', length, ...rest] = text.split('/')
  const address = parseAddress(host)
  const most = host.includes(':') ? 128 : 32
  if (!address || rest.length > 0) return undefined
  if (length === undefined) return { address, bits: 128 }
  if (!/^\d{1,3}$/.test(length) || Number(length) > most) return undefined
  return { address, bits: Number(length) + 128 - most }
}

/** Whether an address lies in a range. */
export const isWithin = (address: Address, { address: start, bits }: Range): boolean => {
  const whole = bits >> 4
  for (let group = 0; group < whole; group++) if (address[group] !== start[group]) return false
  const rest = bits & 15
  return rest === 0 || (address[whole] ?? 0) >> (16 - rest) === (start[whole] ?? 0) >> (16 - rest)
}

const parseVersion4 = (text: string): Address | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const bytes = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (bytes.some((byte) => byte > 255)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  return [0, 0, 0, 0, 0, 0xffff, (a << 8) | b, (c << 8) | d]
}

const parseVersion6 = (text: string): Address | undefined => {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const groups = halves.map(parseGroups)
  const [head, tail] = groups
  if (!head) return undefined
  if (halves.length === 1) return head.length === 8 ? head : undefined
  if (!tail || head.length + tail.length > 7) return undefined
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

const parseGroups = (text: string): number[] | undefined => {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [at, part] of parts.entries()) {
    if (part.includes('.') && at === parts.length - 1) {
      const embedded = parseVersion4(part)
      if (!embedded) return undefined
      groups.push(...embedded.slice(6))
    } else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}
