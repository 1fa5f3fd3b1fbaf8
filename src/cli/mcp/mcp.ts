import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import type { Command } from 'commander'
import { messageOf } from '../../errors.ts'
import type { CommandContext } from '../cli.ts'
import { createClient } from '../remote/client.ts'
import { addAppFlags, loadWithFlags } from '../server/app-flags.ts'

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
  const { startApp } = await import('../../app.ts')
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

const leaveMs = 5_000

/**
 * Carries messages between standard input and output and the `/mcp` of a running server, both ways, until the input has ended and what was
 * asked is answered.
 */
const bridgeMcp = async (options: unknown, context: CommandContext): Promise<void> => {
  const client = createClient(options, context)
  const [{ createPipe }, { createUpstream }] = await Promise.all([
    import('../../api/mcp/pipe.ts'),
    import('./upstream.ts'),
  ])
  const gone = new AbortController()
  const pipe = createPipe({ input: context.stdin, write: context.out.write, signal: context.signal })
  const failed = (error: unknown): void => context.err.write(`${messageOf(error)}\n`)
  const upstream = createUpstream({
    url: new URL(`${client.url}/mcp`),
    fetch: (_url, { headers, signal, ...init } = {}) =>
      client.ask('/mcp', {
        ...init,
        headers: Object.fromEntries(new Headers(headers)),
        signal: signal ? AbortSignal.any([signal, gone.signal]) : gone.signal,
      }),
    tell: (message) => void pipe.send(message),
    failed,
  })

  const carry = async (message: JSONRPCMessage): Promise<void> => {
    try {
      await upstream.send(message)
    } catch (error) {
      if (!('method' in message) || !('id' in message)) return failed(error)
      await pipe.send({ jsonrpc: '2.0', id: message.id, error: { code: -32_603, message: messageOf(error) } })
    }
  }
  /** What needs no answer is sent all the same before we leave. */
  const said = new Set<Promise<void>>()
  pipe.onmessage = (message) => {
    const work = carry(message).finally(() => said.delete(work))
    if (!('method' in message && 'id' in message)) said.add(work)
  }
  await pipe.start()
  await pipe.drained
  const leave = setTimeout(() => gone.abort(), leaveMs)
  upstream.stopListening()
  await Promise.all(said)
  await upstream.close().catch(failed)
  clearTimeout(leave)
  await pipe.close()
}
