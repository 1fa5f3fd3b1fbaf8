import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Deps } from '../../operations/deps.ts'
import { lookUpIntel } from '../../operations/intel/look-up-intel.ts'
import { defineOperation } from '../../operations/operation.ts'
import { type Actor, mayAct } from '../../schema/account/role.ts'
import type { ObservableType } from '../../schema/intelligence/indicator.ts'

const value = z.string().trim().min(1).max(4_000).optional()

/** Looks up an address, a file hash and a URL together. */
export const queryIntel = defineOperation({
  name: 'query_intel',
  summary: 'Looks up an address, a file hash and a URL; queries external sources if the role allows it.',
  role: 'viewer',
  input: z.strictObject({
    ip: value.describe('An IP address.'),
    file_hash: value.describe('The MD5, SHA-1 or SHA-256 of a file.'),
    url: value.describe('A URL.'),
  }),
  output: lookUpIntel.output.pick({ data: true }),
  async run({ ip, file_hash, url }, deps: Pick<Deps, 'intel'> & { readonly actor: Actor }) {
    const values: (readonly [ObservableType, string | undefined])[] = [
      ['ip', ip],
      ['hash', file_hash],
      ['url', url],
    ]
    const asked = values.flatMap(([type, text]) => (text === undefined ? [] : [{ type, value: text }]))
    if (asked.length === 0) {
      throw new AppError('INVALID_REQUEST', 'Must provide at least one of: ip, file_hash, url')
    }
    const ask_others = mayAct(deps.actor.role, 'analyst')
    const answers = await Promise.all(asked.map((one) => lookUpIntel.run({ ...one, ask_others }, deps)))
    return { data: answers.flatMap(({ data }) => data) }
  },
})
