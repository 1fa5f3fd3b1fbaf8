import type { Readable } from 'node:stream'
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  parseJSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { minute } from '../../lib/units/time.ts'

/** The two ends of a pipe, and its bounds. */
export interface PipeOptions {
  readonly input: Readable
  readonly write: (text: string) => void
  /** Closes the pipe at once. */
  readonly signal: AbortSignal
  /** How long pending requests may take after the input has ended, in ms. */
  readonly patienceMs?: number
  /** The maximum length of a message. */
  readonly mostBytes?: number
}

export interface Pipe extends Transport {
  /** Settles when the input has ended, and all requests are answered or have timed out. */
  readonly drained: Promise<void>
}

const identified = z.object({ id: z.union([z.string(), z.number()]) })
const cancelled = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId: z.union([z.string(), z.number()]) }),
})

/**
 * Carries messages over standard input and output, one a line. Unlike the transport of the SDK it outlives its input: a
 * client that sends all its messages and closes its half is answered before the pipe is `drained`. Invalid messages are
 * answered with an error.
 */
export const createPipe = (options: PipeOptions): Pipe => {
  const { input, write, signal, patienceMs = minute, mostBytes = 10_485_760 } = options
  const unanswered = new Set<string | number>()
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>()
  const line = createLine(mostBytes)
  let patience: NodeJS.Timeout | undefined

  const settle = (id: string | number) => {
    unanswered.delete(id)
    if (patience && unanswered.size === 0) drain()
  }
  const send = (message: JSONRPCMessage) => {
    write(`${JSON.stringify(message)}\n`)
    if (!('method' in message) && message.id !== undefined) settle(message.id)
  }
  const refuse = (code: number, message: string, id: string | number | null = null) =>
    write(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })}\n`)

  const take = (text: string | undefined) => {
    if (text === undefined) return refuse(-32_600, `A message may have ${mostBytes} bytes at most.`)
    if (text.trim() === '') return
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return refuse(-32_700, 'This is no JSON. Send one message a line.')
    }
    const message = read(value)
    if (!message) return refuse(-32_600, 'This is no message of MCP.', identified.safeParse(value).data?.id)
    // A subscription is answered when it ends, which is at the shutdown.
    if (isJSONRPCRequest(message) && message.method !== 'subscriptions/listen') unanswered.add(message.id)
    pipe.onmessage?.(message)
    const given = cancelled.safeParse(message).data
    if (given) settle(given.params.requestId)
  }
  const onData = (chunk: Buffer | string) => {
    for (const text of line.split(Buffer.from(chunk))) take(text)
  }
  const onEnd = () => {
    if (patience) return
    for (const text of line.rest()) take(text)
    patience = setTimeout(drain, patienceMs)
    if (unanswered.size === 0) drain()
  }

  const pipe: Pipe = {
    drained: drained.finally(() => clearTimeout(patience)),
    async start() {
      if (signal.aborted) return drain()
      signal.addEventListener('abort', () => drain(), { once: true })
      for (const end of ['end', 'close', 'error']) input.once(end, onEnd)
      input.on('data', onData)
    },
    send: async (message) => send(message),
    async close() {
      input.off('data', onData).pause()
      drain()
      pipe.onclose?.()
    },
  }
  return pipe
}

const read = (value: unknown): JSONRPCMessage | undefined => {
  try {
    return parseJSONRPCMessage(value)
  } catch {
    // The sender gets the error.
    return undefined
  }
}

/** Splits chunks into lines; undefined marks a line that is too long. */
const createLine = (mostBytes: number) => {
  let pieces: Buffer[] = []
  let size = 0
  const end = (): string | undefined => {
    const text = size > mostBytes ? undefined : Buffer.concat(pieces).toString('utf8')
    pieces = []
    size = 0
    return text
  }
  const add = (piece: Buffer) => {
    size += piece.length
    if (size > mostBytes) pieces = []
    else pieces.push(piece)
  }
  return {
    *split(chunk: Buffer): Generator<string | undefined> {
      let from = 0
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        add(chunk.subarray(from, at))
        from = at + 1
        yield end()
      }
      add(chunk.subarray(from))
    },
    *rest(): Generator<string | undefined> {
      if (size > 0) yield end()
    },
  }
}
