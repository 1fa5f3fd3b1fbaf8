import { z } from 'zod'
import { playbook } from '../../schema/action/playbook.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

export const listPlaybooks = defineOperation({
  name: 'list_playbooks',
  summary: 'Lists the playbooks with their response steps.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({ data: z.array(playbook) }),
  async run(_input, { playbooks }: Pick<Deps, 'playbooks'>) {
    return { data: [...playbooks] }
  },
})
