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

/** Writes an address the short way: IPv4 as four numbers, IPv6 with its longest run of zeros left out (RFC 5952). */
export const formatAddress = (address: Address): string => {
  if (isMapped(address)) {
    const [high = 0, low = 0] = address.slice(6)
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  const text = address.map((group) => group.toString(16)).join(':')
  const runs = [...text.matchAll(/(?<![\da-f])0(?::0)+(?![\da-f])/g)]
  const longest = runs.reduce<RegExpExecArray | undefined>(
    (best, run) => (best === undefined || run[0].length > best[0].length ? run : best),
    undefined,
  )
  if (!longest) return text
  const before = text.slice(0, longest.index).replace(/:$/, '')
  return `${before}::${text.slice(longest.index + longest[0].length).replace(/^:/, '')}`
}

/** The range of a length around an address: `subnetOf(a, 24)` of `192.168.7.9` is `192.168.7.0/24`. */
export const subnetOf = (address: Address, bits: number): string => {
  const kept = isMapped(address) ? bits + 96 : bits
  const masked = address.map((group, index) => {
    const rest = Math.min(16, Math.max(0, kept - index * 16))
    return group & ((0xffff << (16 - rest)) & 0xffff)
  })
  return `${formatAddress(masked)}/${bits}`
}

/** Whether an address is an IPv4 one. */
export const isMapped = (address: Address): boolean =>
  address[5] === 0xffff && address.slice(0, 5).every((group) => group === 0)

/** By character, because events ask this of every new address. */
const parseVersion4 = (text: string): Address | undefined => {
  if (text.length > 15) return undefined
  let words = 0
  let byte = 0
  let digits = 0
  let dots = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 46) {
      if (digits === 0 || dots === 3) return undefined
      words = words * 256 + byte
      byte = 0
      digits = 0
      dots++
    } else if (code >= 48 && code <= 57) {
      byte = byte * 10 + code - 48
      if (++digits > 3 || byte > 255) return undefined
    } else return undefined
  }
  if (dots !== 3 || digits === 0) return undefined
  words = words * 256 + byte
  return [0, 0, 0, 0, 0, 0xffff, Math.floor(words / 65_536), words % 65_536]
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
