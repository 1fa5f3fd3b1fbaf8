import type { Command } from 'commander'
import { addAppFlags, loadWithFlags } from './app-flags.ts'
import type { CommandContext } from './cli.ts'
import { bridgeMcp } from './mcp-bridge.ts'

interface McpFlags {
  readonly url?: string
  readonly tokenFile?: string
  readonly allowWrite?: boolean
  readonly root?: readonly string[]
}

/** `vedette mcp`: for AI tools that start a program and speak with it; standard output belongs to the protocol. */
export const define = (command: Command, context: CommandContext): void => {
  addAppFlags(command)
    .description(
      'Speaks MCP on standard input and output: with --url, for a running server; without, on the data of this machine, while no server ' +
        'runs on it. Reads only, unless writing is allowed.',
    )
    .option('--url <url>', 'a running server; else VEDETTE_URL')
    .option('--token-file <file>', 'a file that holds a token; else VEDETTE_TOKEN or VEDETTE_TOKEN_FILE')
    .option('--allow-write', 'let tools change things')
    .option(
      '--root <folder...>',
      'folders that tools may read files from; else mcp.roots, else the current folder unless that is /',
    )
    .action(async (options: McpFlags) => {
      const url = options.url ?? context.env.VEDETTE_URL
      if (url) return bridgeMcp({ ...options, url }, context)
      return serveLocally(options, context)
    })
}

const serveLocally = async (options: McpFlags, context: CommandContext): Promise<void> => {
  const { config, origins, warnings } = loadWithFlags(options, context)
  for (const warning of warnings) context.err.write(`${warning}\n`)
  const { startApp } = await import('../app.ts')
  const app = await startApp({
    config: {
      ...config,
      sources: [],
      notify: [],
      compat: { ...config.compat, ports: [] },
      rabbitmq: { ...config.rabbitmq, url: undefined },
      samples: 'off',
      server: { ...config.server, host: '127.0.0.1', port: 0 },
      mcp: { ...config.mcp, allow_write: options.allowWrite ?? config.mcp.allow_write },
    },
    origins,
    print: () => undefined,
    signal: context.signal,
  })
  if (!app) return
  // The client is the user who started this process, in a folder of their choice. Clients over HTTP get no folder unless mcp.roots names one.
  const { roots } = config.mcp
  const door = app.serveMcp({
    input: context.stdin,
    write: context.out.write,
    signal: context.signal,
    folders: options.root ?? (roots.length > 0 ? roots : ['.']),
  })
  await door.drained
  await door.close()
  await app.stop()
}
