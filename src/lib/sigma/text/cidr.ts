import { firstOf, inRange, parseRange } from '../../address/address.ts'
import { Refusal } from '../read/refusal.ts'
import type { ValueTest } from '../test.ts'

/** Compiles a network in CIDR notation; IPv4 addresses written as IPv6 (`::ffff:10.0.0.1`) count as what they are. */
export const compileCidr = (source: string, path: readonly string[]): Extract<ValueTest, { type: 'cidr' }> => {
  const range = parseRange(source)
  if (!range) {
    throw new Refusal('bad-cidr', `"${source}" is not a network.`, path, 'Write it as 10.0.0.0/8 or fe80::/10.')
  }
  if (firstOf(range).some((group, index) => group !== range.address[index])) {
    throw new Refusal(
      'bad-cidr',
      `"${source}" is an address within a network.`,
      path,
      'Write the network itself, its last bits 0.',
    )
  }
  return { type: 'cidr', source, contains: (value) => inRange(value, range) }
}
