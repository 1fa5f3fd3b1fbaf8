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

/** `vedette mcp`: an MCP server on stdio for AI tools. Only protocol messages may go to standard output. */
export const define = (command: Command, context: CommandContext): void => {
  addAppFlags(command)
    .description(
      'Run an MCP server on stdio. With --url, it connects to a running server. Without, it opens the data folder of this machine, ' +
        'which no server may be using. Tools are read-only unless --allow-write is given.',
    )
    .option('--url <url>', 'running server to connect to; VEDETTE_URL by default')
    .option('--token-file <file>', 'file that contains the token; VEDETTE_TOKEN or VEDETTE_TOKEN_FILE by default')
    .option('--allow-write', 'allow tools to change data')
    .option(
      '--root <folder...>',
      'folders that tools may read files from; mcp.roots or the current folder (unless it is /) by default',
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
      log_analyzer: { ...config.log_analyzer, port: undefined },
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
  // The user who started this process chose the current folder. HTTP clients get no folder unless mcp.roots lists one.
  const { roots } = config.mcp
  const door = await app.serveMcp({
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
 * Relays messages between stdio and the `/mcp` endpoint of a running server, until the input has ended and all requests are
 * answered.
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
    onMessage: (message) => void pipe.send(message),
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
  /** Wait for notifications too: they need no answer, but must be sent before the process ends. */
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
