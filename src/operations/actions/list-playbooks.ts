import { z } from 'zod'
import { playbook } from '../../schema/playbook.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Lists what to do about kinds of incidents. */
export const listPlaybooks = defineOperation({
  name: 'list_playbooks',
  summary: 'Lists the playbooks: what to do about kinds of incidents.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({ data: z.array(playbook) }),
  async run(_input, { playbooks }: Pick<Deps, 'playbooks'>) {
    return { data: [...playbooks] }
  },
})
