import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { NetworkAgentsConfig } from './config.ts'
import { logEntrySourceName } from './log-agent-settings.ts'

/** Checks whether the database of the log entries responds. Connects to no other host, so that nobody can probe hosts through Vedette. */
export const testLogDatabase = ({ host, port, name, user }: NetworkAgentsConfig['database']) =>
  defineOperation({
    name: 'test_log_database',
    summary: 'Says whether the database of the log entries responds.',
    role: 'admin',
    input: z.strictObject({
      host: z.string().max(255),
      port: z.coerce.number().int().min(1).max(65_535),
      database: z.string().max(255),
      user: z.string().max(255),
    }),
    output: z.object({
      status: z.enum(['success', 'error']),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
    }),
    async run(asked, { health }: Pick<Deps, 'health'>) {
      if (asked.host !== host || asked.port !== port || asked.database !== name || asked.user !== user) {
        throw new AppError('INVALID_REQUEST', 'Only the configured database of the log entries is tested.', {
          hint: 'Set another one with network_agents.database in vedette.yaml, and restart.',
        })
      }
      const problem = (await health()).problems.find((text) => text.includes(`"${logEntrySourceName}"`))
      return {
        status: problem === undefined ? ('success' as const) : ('error' as const),
        message: problem ?? 'Database connection test successful',
        details: asked,
      }
    },
  })
