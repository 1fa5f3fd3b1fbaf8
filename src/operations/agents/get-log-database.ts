import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Shows which database the log entries of the network agents are read from, without its password. */
export const getLogDatabase = defineOperation({
  name: 'get_log_database',
  summary: 'Shows which database the log entries of the network agents are read from. Its password is never shown.',
  role: 'admin',
  input: z.strictObject({}),
  output: z.object({
    /** Null where none is read. */
    host: z.string().nullable(),
    port: z.int(),
    database: z.string(),
    user: z.string(),
    /** Whether there is a password. */
    has_password: z.boolean(),
  }),
  async run(_input, { logDatabase }: Pick<Deps, 'logDatabase'>) {
    return { ...logDatabase }
  },
})
