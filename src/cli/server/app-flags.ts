import type { Command } from 'commander'
import { z } from 'zod'
import { type LoadedConfig, loadConfig } from '../../config.ts'
import { fieldMap } from '../../schema/record/field-map.ts'
import type { CommandContext } from '../cli.ts'
import { mapFlags } from '../events/map-option.ts'

const shape = z.object({
  config: z.string().optional(),
  host: z.string().optional(),
  port: z.string().optional(),
  dataDir: z.string().optional(),
  publicUrl: z.string().optional(),
  logLevel: z.string().optional(),
  workers: z.string().optional(),
  topics: z.string().optional(),
  map: fieldMap.optional(),
})

/** Adds the options that override configuration keys. */
export const addAppFlags = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file; ./vedette.yaml or a standard location by default')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on')
    .option('--data-dir <folder>', 'folder for all data')
    .option('--public-url <url>', 'URL under which users reach the server')
    .option('--log-level <level>', 'log level')
    .option(
      '--workers <what>',
      'what to process here: all, none, topics such as records,alerts, or a number of threads',
    )

/** Loads the configuration with these options applied, as a server does. */
export const loadWithFlags = (options: unknown, { env, cwd }: Pick<CommandContext, 'env' | 'cwd'>): LoadedConfig => {
  const { config, host, port, dataDir, publicUrl, logLevel, workers, topics, map } = shape.parse(options)
  const flags = {
    'server.host': host,
    'server.port': port,
    data_dir: dataDir,
    'server.public_url': publicUrl,
    'log.level': logLevel,
    ...(topics !== undefined && { topics }),
    ...workFlags(workers),
    ...mapFlags(map),
  }
  return loadConfig({ flags, env, cwd, file: config })
}

/** Parses the work of a process: a number of threads, or topics. */
const workFlags = (workers: string | undefined): Readonly<Record<string, unknown>> => {
  if (workers === undefined || workers === 'all') return {}
  if (workers === 'none') return { topics: [] }
  return /^\d+$/.test(workers) ? { workers } : { topics: workers }
}
