import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import { messageOf } from '../errors.ts'
import type { CommandContext } from './cli.ts'
import { createClient } from './client.ts'

const leaveMs = 5_000

/**
 * Carries messages between standard input and output and the `/mcp` of a running server, both ways, until the input has ended and what was
 * asked is answered.
 */
export const bridgeMcp = async (options: unknown, context: CommandContext): Promise<void> => {
  const client = createClient(options, context)
  const [{ createPipe }, { createUpstream }] = await Promise.all([
    import('../api/mcp/pipe.ts'),
    import('./mcp-upstream.ts'),
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
