import { z } from 'zod'
import { adoption } from '../../schema/adoption.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Takes the data of an older system into the running server, without its settings. */
export const takeOverInstallation = defineOperation({
  name: 'take_over_installation',
  summary: 'Takes over the data of an older system, or shows what it would take.',
  role: 'admin',
  input: z.strictObject({
    source: z
      .string()
      .trim()
      .min(1)
      .max(4_000)
      .describe('A folder or file on the server, or a database URL, of the older system.'),
    dry_run: z.boolean().default(true).describe('Only shows what would be taken.'),
  }),
  output: adoption,
  run: ({ source, dry_run }, { adopt, actor }: Pick<Deps, 'adopt'> & { readonly actor: { readonly name: string } }) =>
    adopt({ place: source, isDryRun: dry_run, actor: actor.name }),
})
