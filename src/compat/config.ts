import { z } from 'zod'
import { logAnalyzerConfig } from './log-analyzer/config.ts'
import { logDetectionConfig } from './log-detection/config.ts'
import { networkAgentsConfig } from './network-agents/config.ts'
import { queryGuardConfig } from './query-guard/config.ts'
import { triageConfig } from './triage/config.ts'

/** The keys of the configuration that belong to older systems. */
export const compatKeys = {
  rabbitmq: triageConfig.keys,
  compat: z
    .strictObject({
      ports: z
        .array(
          z
            .string()
            .regex(
              /^(all|[a-z][a-z-]*(:\d{1,5})?)$/,
              'write `all`, or names like `log-analyzer` or `log-analyzer:13000`',
            ),
        )
        .default([])
        .describe(
          'Older systems whose ports to open for their unchanged clients: `all`, or names, each optionally with a port after a colon.',
        ),
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe('The address these ports listen on. Clients that reach them can send and read without a token.'),
      sql_alerts: z
        .boolean()
        .default(false)
        .describe(
          'Whether to read alerts that programs insert into `compat.alerts` of PostgreSQL, as the source `sql-alerts`.',
        ),
    })
    .prefault({}),
  log_analyzer: logAnalyzerConfig.keys,
  log_detection: logDetectionConfig.keys,
  network_agents: networkAgentsConfig.keys,
  query_guard: queryGuardConfig.keys,
}

/** The environment of an older system. */
export interface FormerEnvironment {
  /** Its name in `compat.ports`. */
  readonly name: string
  /** The keys that its variables set. */
  readonly variables: Readonly<Record<string, string>>
  /** Why variables have no effect, by their names. */
  readonly unused?: Readonly<Record<string, string>>
  /** The variables that only this system has, some only with one value: `DB_NAME=anomalies`. */
  readonly signature: readonly string[]
  /** The variables that together name its database, as a URL. */
  readonly database?: {
    readonly variables: readonly string[]
    /** Builds the URL; undefined if the variables name none. */
    url(read: (variable: string) => string | undefined): string | undefined
  }
}

/** Every older system whose variables have an effect. */
export const formerSystems: readonly FormerEnvironment[] = [
  networkAgentsConfig,
  queryGuardConfig,
  logAnalyzerConfig,
  logDetectionConfig,
  triageConfig,
]

/** The variables of older systems, each with the key that it sets. */
export const formerVariables = formerSystems.flatMap(({ variables }) => Object.entries(variables))

const unused = formerSystems.flatMap((system) => Object.entries(system.unused ?? {}))

/** Returns the reason that a variable of an older system has no effect here; undefined if it has one or is unknown. */
export const whyUnused = (variable: string): string | undefined =>
  unused.find(
    ([names]) => names.split(' ').includes(variable) && !formerVariables.some(([name]) => name === variable),
  )?.[1]
