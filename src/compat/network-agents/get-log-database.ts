import { z } from 'zod'
import { defineOperation } from '../../operations/operation.ts'
import type { NetworkAgentsConfig } from './config.ts'

export const logDatabaseView = z.object({
  /** Null where none is read. */
  host: z.string().nullable(),
  port: z.int(),
  database: z.string(),
  user: z.string(),
  has_password: z.boolean(),
})

/** Shows which database the log entries of the network agents are read from, without its password. */
export const getLogDatabase = ({ host, port, name, user, password }: NetworkAgentsConfig['database']) =>
  defineOperation({
    name: 'get_log_database',
    summary: 'Shows which database the log entries of the network agents are read from. Its password is never shown.',
    role: 'admin',
    input: z.strictObject({}),
    output: logDatabaseView,
    run: async (_input, _deps: object) => ({
      host: host ?? null,
      port,
      database: name,
      user,
      has_password: password !== undefined,
    }),
  })
