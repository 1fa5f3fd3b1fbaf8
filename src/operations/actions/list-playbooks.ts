import { z } from 'zod'
import { playbook } from '../../schema/playbook.ts'
import { defineOperation } from '../operation.ts'
import type { World } from '../world.ts'

/** Lists what to do about kinds of incidents. */
export const listPlaybooks = defineOperation({
  name: 'list_playbooks',
  summary: 'Lists the playbooks: what to do about kinds of incidents.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({ data: z.array(playbook) }),
  async run(_input, { playbooks }: Pick<World, 'playbooks'>) {
    return { data: [...playbooks] }
  },
})
