import { z } from 'zod'
import { secret } from './shapes.ts'

const percent = (what: string) =>
  z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe(`How many percent of ${what} in use are not too much, for all agents that look at it.`)

/** What watches the logs of a network that another program keeps in a database. */
export const networkAgents = z
  .strictObject({
    agents: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Which agents run. Without it all do where `database.host`, `port` or `sqlite_path` is set, else `wifi` alone.',
      ),
    paths: z
      .array(z.string().min(1))
      .default([])
      .describe('Folders with agents of your own, YAML or JSON; one with the id of one of ours replaces it.'),
    thresholds: z
      .record(z.string(), z.number().min(0))
      .default({})
      .describe(
        'Other limits than those in the files of agents, by anomaly type: `{ deauth_flood: 30 }`; more is too much.',
      ),
    resources: z
      .strictObject({
        cpu: percent('processor time'),
        memory: percent('memory'),
        disk: percent('disk space'),
      })
      .prefault({}),
    notification: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether it is told at all.'),
        url: z
          .url({ protocol: /^https?$/, error: 'expected an http or https address' })
          .optional()
          .meta({
            description:
              'Who is told of incidents, as the receiver `network-agents` of type `webhook`; nobody without it.',
            secret: 'url',
          }),
        token: secret(1, 'What it knows us by: sent as `Authorization: Bearer …`.'),
      })
      .prefault({}),
    database: z
      .strictObject({
        host: z
          .string()
          .min(1)
          .optional()
          .describe(
            'The PostgreSQL server whose `log_entries` are read, as the source `log-entries`; none without it.',
          ),
        port: z.int().min(1).max(65_535).default(5432).describe('Its port.'),
        name: z.string().min(1).default('netmonitor_db').describe('The database.'),
        user: z.string().min(1).default('postgres').describe('Somebody who may read it.'),
        password: secret(1, 'The password.'),
      })
      .prefault({}),
    host: z
      .string()
      .min(1)
      .optional()
      .describe('The address that the port of the agents listens on; that of `compat.host` unless said otherwise.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe(
        'The port on which clients find what agents found, always with a token: 5555 where all agents run because one of these keys is set, else none; 0 is none.',
      ),
    every: z.number().min(0.1).default(10).describe('How many seconds lie between two looks at the database.'),
    lookback: z.number().min(0).default(30).describe('For how many minutes rows that appear late are looked for.'),
    batch: z.int().min(1).max(10_000).default(1_000).describe('How many rows are read at once.'),
    sqlite_path: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A SQLite file in which other programs find what agents found, as the table `mcp_anomalies`; none without it.',
      ),
    retention_days: z.int().min(0).default(30).describe('How long anomalies of agents are listed; 0 is for ever.'),
  })
  .describe('The contract of the network agents: `GET /api/v1/anomalies`.')
