import { createInterface } from 'node:readline'
import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import { messageOf } from '../errors.ts'
import type { CommandContext } from './cli.ts'
import { createClient } from './client.ts'

/** Carries messages between standard input and output and the `/mcp` of a running server, both ways, until the input ends. */
export const bridgeMcp = async (options: unknown, context: CommandContext): Promise<void> => {
  const client = createClient(options, context)
  const [{ parseJSONRPCMessage }, { createUpstream }] = await Promise.all([
    import('@modelcontextprotocol/client'),
    import('./mcp-upstream.ts'),
  ])
  const tell = (message: object): void => context.out.write(`${JSON.stringify(message)}\n`)
  const failed = (error: unknown): void => context.err.write(`${messageOf(error)}\n`)
  const upstream = createUpstream({
    url: new URL(`${client.url}/mcp`),
    fetch: (_url, { headers, ...init } = {}) =>
      client.ask('/mcp', { ...init, headers: Object.fromEntries(new Headers(headers)) }),
    tell,
    failed,
  })

  const carry = async (message: JSONRPCMessage): Promise<void> => {
    try {
      await upstream.send(message)
    } catch (error) {
      if (!('method' in message) || !('id' in message)) return failed(error)
      tell({ jsonrpc: '2.0', id: message.id, error: { code: -32_603, message: messageOf(error) } })
    }
  }

  const underway = new Set<Promise<void>>()
  const lines = createInterface({ input: context.stdin, signal: context.signal })
  for await (const line of lines) {
    if (line.trim() === '') continue
    const message = read(parseJSONRPCMessage, line)
    if (!message) {
      tell({ jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'This is no message of MCP.' } })
      continue
    }
    const work = carry(message).finally(() => underway.delete(work))
    underway.add(work)
  }
  upstream.stopListening()
  await Promise.all(underway)
  await upstream.close().catch(failed)
}

const read = (parse: (value: unknown) => JSONRPCMessage, line: string): JSONRPCMessage | undefined => {
  try {
    return parse(JSON.parse(line))
  } catch {
    // Whoever sent it is told.
    return undefined
  }
}
