import { z } from 'zod'
import { secret } from './shapes.ts'

const percent = (what: string) =>
  z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe(`The threshold for ${what} in use, in percent, for all agents that check it.`)

/** Agents that watch network logs which another program stores in a database. */
export const networkAgents = z
  .strictObject({
    agents: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'The agents to run. By default all of them if `database.host`, `port` or `sqlite_path` is set, else only `wifi`.',
      ),
    paths: z
      .array(z.string().min(1))
      .default([])
      .describe('Folders of your own agents, in YAML or JSON. An agent with the id of a bundled one replaces it.'),
    thresholds: z
      .record(z.string(), z.number().min(0))
      .default({})
      .describe('Thresholds by anomaly type that override the files of agents: `{ deauth_flood: 30 }`.'),
    resources: z
      .strictObject({
        cpu: percent('CPU time'),
        memory: percent('memory'),
        disk: percent('disk space'),
      })
      .prefault({}),
    notification: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether messages are sent.'),
        url: z
          .url({ protocol: /^https?$/, error: 'expected an http or https address' })
          .optional()
          .meta({
            description:
              'The URL that receives incidents, as the receiver `network-agents` of type `webhook`; none by default.',
            secret: 'url',
          }),
        token: secret(1, 'The token to send as `Authorization: Bearer …`.'),
      })
      .prefault({}),
    database: z
      .strictObject({
        host: z
          .string()
          .min(1)
          .optional()
          .describe('The PostgreSQL server whose `log_entries` are read as the source `log-entries`; none by default.'),
        port: z.int().min(1).max(65_535).default(5432).describe('The port.'),
        name: z.string().min(1).default('netmonitor_db').describe('The name of the database.'),
        user: z.string().min(1).default('postgres').describe('A user with read access.'),
        password: secret(1, 'The password.'),
      })
      .prefault({}),
    host: z
      .string()
      .min(1)
      .optional()
      .describe('The address on which the port of the agents listens; `compat.host` by default.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe(
        'The port that serves the findings of agents, always with a token; 0 disables it. The default is 5555 if one of these keys enables all agents, else none.',
      ),
    every: z.number().min(0.1).default(10).describe('Seconds between two queries of the database.'),
    lookback: z.number().min(0).default(30).describe('How many minutes late a row may appear.'),
    batch: z.int().min(1).max(10_000).default(1_000).describe('The number of rows to read at once.'),
    sqlite_path: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A SQLite file with the findings of agents for other programs, as the table `mcp_anomalies`; none by default.',
      ),
    retention_days: z.int().min(0).default(30).describe('How long anomalies of agents are listed; 0 means forever.'),
  })
  .describe('Compatibility with the network agents: `GET /api/v1/anomalies`.')
