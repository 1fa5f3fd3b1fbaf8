/** An address as eight groups of 16 bits; IPv4 is written into IPv6 as `::ffff:a.b.c.d`. */
export type Address = readonly number[]

export interface Range {
  readonly address: Address
  /** The number of leading bits that count, of 128. */
  readonly bits: number
}

/** Parses an IPv4 or IPv6 address; undefined for other texts. Ignores a zone (`fe80::1%eth0`). */
export const parseAddress = (text: string): Address | undefined => {
  if (text.length > longestAddress) return undefined
  if (!text.includes(':')) {
    const value = readVersion4(text)
    return value < 0 ? undefined : [0, 0, 0, 0, 0, 0xffff, Math.floor(value / 65_536), value % 65_536]
  }
  const percent = text.indexOf('%')
  return parseVersion6(percent < 0 ? text : text.slice(0, percent))
}

/** Whether a text is an IPv4 address in dotted decimal. */
export const isIPv4 = (text: string): boolean => readVersion4(text) >= 0

/** Whether a text is an IPv6 address, perhaps with a zone (`fe80::1%eth0`). */
export const isIPv6 = (text: string): boolean => text.includes(':') && parseAddress(text) !== undefined

/** An IPv6 address with an IPv4 address in it, and a zone. */
const longestAddress = 62

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

/** Whether a text is an address in a range. A range of IPv6 contains no IPv4 address. */
export const inRange = (text: string, range: Range): boolean => {
  const address = parseAddress(text)
  return address !== undefined && isWithin(address, range) && (range.bits >= 96 || !isMapped(address))
}

/** Whether an address is in a range. */
export const isWithin = (address: Address, { address: start, bits }: Range): boolean => {
  const whole = bits >> 4
  for (let group = 0; group < whole; group++) if (address[group] !== start[group]) return false
  const rest = bits & 15
  return rest === 0 || (address[whole] ?? 0) >> (16 - rest) === (start[whole] ?? 0) >> (16 - rest)
}

/** Formats an address in its short form: IPv4 as four numbers, IPv6 without its longest run of zeros (RFC 5952). */
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
  const first = firstOf({ address, bits: isMapped(address) ? bits + 96 : bits })
  return `${formatAddress(first)}/${bits}`
}

/** The lowest address of a range. */
export const firstOf = (range: Range): Address => range.address.map((value, group) => value & fixedBits(range, group))

/** The highest address of a range. */
export const lastOf = (range: Range): Address =>
  range.address.map((value, group) => value | (~fixedBits(range, group) & 0xffff))

/** Of a group, the bits that a range fixes. */
const fixedBits = ({ bits }: Range, group: number): number =>
  (0xffff << (16 - Math.min(16, Math.max(0, bits - group * 16)))) & 0xffff

/** Whether an address is an IPv4 one. */
export const isMapped = (address: Address): boolean =>
  address[5] === 0xffff && address.slice(0, 5).every((group) => group === 0)

/**
 * Returns the number of an IPv4 address; negative for other texts. Reads single characters, because it is called for every new word of
 * events.
 */
const readVersion4 = (text: string): number => {
  if (text.length > 15) return -1
  let value = 0
  let byte = 0
  let digits = 0
  let dots = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 46) {
      if (digits === 0 || dots === 3) return -1
      value = value * 256 + byte
      byte = 0
      digits = 0
      dots++
    } else if (code >= 48 && code <= 57) {
      byte = byte * 10 + code - 48
      if (++digits > 3 || byte > 255) return -1
    } else return -1
  }
  return dots === 3 && digits > 0 ? value * 256 + byte : -1
}

/** Reads single characters too: words with colons are common in logs. */
const parseVersion6 = (text: string): Address | undefined => {
  const groups: number[] = []
  let gap = text.startsWith('::') ? 0 : -1
  let at = gap < 0 ? 0 : 2
  while (at < text.length) {
    const start = at
    let value = 0
    for (let digit = hexDigit(text, at); digit >= 0; digit = hexDigit(text, ++at)) value = value * 16 + digit
    if (text.charCodeAt(at) === 46) {
      const embedded = readVersion4(text.slice(start))
      if (embedded < 0) return undefined
      groups.push(Math.floor(embedded / 65_536), embedded % 65_536)
      break
    }
    if (at === start || at - start > 4) return undefined
    groups.push(value)
    if (at === text.length) break
    if (text.charCodeAt(at) !== 58 || ++at === text.length) return undefined
    if (text.charCodeAt(at) === 58) {
      if (gap >= 0) return undefined
      gap = groups.length
      at++
    }
  }
  if (gap < 0) return groups.length === 8 ? groups : undefined
  if (groups.length > 7) return undefined
  return [...groups.slice(0, gap), ...new Array<number>(8 - groups.length).fill(0), ...groups.slice(gap)]
}

/** The value of a hexadecimal digit; negative for any other character, and at the end. */
const hexDigit = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
