import { BlockList, isIP, isIPv4 } from 'node:net'
import { Refusal } from './refusal.ts'
import type { Test } from './test.ts'

/** Compiles a network in CIDR notation; IPv4 addresses written as IPv6 (`::ffff:10.0.0.1`) count as what they are. */
export const compileCidr = (source: string, path: readonly string[]): Extract<Test, { type: 'cidr' }> => {
  const [address = '', length] = source.split('/')
  const family = isIP(address)
  const bits = family === 4 ? 32 : 128
  const prefix = length === undefined ? bits : Number(length)
  if (family === 0 || !/^\d{1,3}$/.test(length ?? '0') || prefix > bits) {
    throw new Refusal('bad-cidr', `"${source}" is not a network.`, path, 'Write it as 10.0.0.0/8 or fe80::/10.')
  }
  const list = new BlockList()
  list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  if (prefix < bits && hasHostBits(address, prefix, family)) {
    throw new Refusal(
      'bad-cidr',
      `"${source}" is an address within a network.`,
      path,
      'Write the network itself, its last bits 0.',
    )
  }
  const contains = (value: string): boolean => {
    const plain = /^::ffff:[\d.]+$/i.test(value) ? value.slice(7) : value
    const kind = isIP(plain)
    return kind !== 0 && list.check(plain, kind === 4 ? 'ipv4' : 'ipv6')
  }
  return { type: 'cidr', source, contains }
}

const hasHostBits = (address: string, prefix: number, family: number): boolean => {
  const words = family === 4 ? address.split('.').map(Number) : wordsOf(address)
  const size = family === 4 ? 8 : 16
  return words.some((word, index) => {
    const free = Math.min(size, Math.max(0, (index + 1) * size - prefix))
    return (word & ((1 << free) - 1)) !== 0
  })
}

/** The eight words of an IPv6 address. */
const wordsOf = (address: string): number[] => {
  const tail = address.slice(address.lastIndexOf(':') + 1)
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number)
  const plain = isIPv4(tail)
    ? address.replace(tail, `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`)
    : address
  const [head = '', rest] = plain.split('::')
  const read = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)))
  if (rest === undefined) return read(head)
  const [left, right] = [read(head), read(rest)]
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}
