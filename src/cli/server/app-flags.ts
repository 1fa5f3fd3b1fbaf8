import type { Command } from 'commander'
import { z } from 'zod'
import { type LoadedConfig, loadConfig } from '../../config.ts'
import type { CommandContext } from '../cli.ts'

const shape = z.object({
  config: z.string().optional(),
  host: z.string().optional(),
  port: z.string().optional(),
  dataDir: z.string().optional(),
  publicUrl: z.string().optional(),
  logLevel: z.string().optional(),
})

/** Adds the options that set keys of the configuration. */
export const addAppFlags = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration; else ./vedette.yaml and the usual places')
    .option('--host <address>', 'the address to listen on')
    .option('--port <number>', 'the port to listen on')
    .option('--data-dir <folder>', 'where everything is kept')
    .option('--public-url <url>', 'the address that people use')
    .option('--log-level <level>', 'how much is logged')

/** Reads the configuration as a server would that was started with these options. */
export const loadWithFlags = (options: unknown, { env, cwd }: Pick<CommandContext, 'env' | 'cwd'>): LoadedConfig => {
  const { config, host, port, dataDir, publicUrl, logLevel } = shape.parse(options)
  const flags = {
    'server.host': host,
    'server.port': port,
    data_dir: dataDir,
    'server.public_url': publicUrl,
    'log.level': logLevel,
  }
  return loadConfig({ flags, env, cwd, file: config })
}
