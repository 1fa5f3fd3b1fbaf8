import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { CommandContext } from './cli.ts'
import { createClient } from './client.ts'

const versionKey = 'io.modelcontextprotocol/protocolVersion'

const message = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z
    .looseObject({
      name: z.string().optional(),
      uri: z.string().optional(),
      _meta: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
})
type Message = z.output<typeof message>

/** Carries messages between standard input and output and the `/mcp` of a running server. */
export const bridgeMcp = async (options: unknown, context: CommandContext): Promise<void> => {
  const client = createClient(options, context)
  const underway = new Set<Promise<void>>()
  let agreed: string | undefined

  const carry = async (line: string): Promise<void> => {
    const read = message.safeParse(parse(line))
    if (!read.success) {
      send({ jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'This is no message of MCP.' } })
      return
    }
    const sent = read.data
    try {
      const response = await client.ask('/mcp', { method: 'POST', headers: headersOf(sent, agreed), body: line })
      const text = await response.text()
      for (const answer of answersIn(text, response.headers.get('content-type') ?? '')) {
        agreed = agreedVersion(sent, answer) ?? agreed
        send(answer)
      }
      if (!response.ok && sent.id !== undefined && !/"jsonrpc"/.test(text)) {
        fail(sent, `The server answered ${response.status}: ${text.slice(0, 300)}`)
      }
    } catch (error) {
      if (sent.id === undefined) context.err.write(`${error instanceof Error ? error.message : String(error)}\n`)
      else fail(sent, error instanceof Error ? error.message : String(error))
    }
  }
  const send = (answer: unknown): void => context.out.write(`${JSON.stringify(answer)}\n`)
  const fail = ({ id }: Message, text: string): void =>
    send({ jsonrpc: '2.0', id: id ?? null, error: { code: -32_603, message: text } })

  const lines = createInterface({ input: context.stdin, signal: context.signal })
  for await (const line of lines) {
    if (line.trim() === '') continue
    const work = carry(line).finally(() => underway.delete(work))
    underway.add(work)
  }
  await Promise.all(underway)
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    // The schema refuses it, with an answer.
    return undefined
  }
}

/** What the newer revision wants said in headers besides the message. */
const headersOf = ({ method, params }: Message, agreed: string | undefined): Record<string, string> => {
  const told = params?._meta?.[versionKey]
  const version = typeof told === 'string' ? told : agreed
  const name = params?.name ?? params?.uri
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(version !== undefined && method !== 'initialize' && { 'mcp-protocol-version': version }),
    ...(typeof told === 'string' && method !== undefined && { 'mcp-method': method }),
    ...(typeof told === 'string' && name !== undefined && { 'mcp-name': name }),
  }
}

/** Reads the answers of a body: one document, or the events of a stream. */
const answersIn = (text: string, type: string): readonly unknown[] => {
  if (!type.startsWith('text/event-stream')) {
    const one = parse(text)
    return one !== undefined && /"jsonrpc"/.test(text) ? [one] : []
  }
  return text.split(/\r?\n\r?\n/).flatMap((event) => {
    const data = [...event.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join('\n')
    return data === '' ? [] : [parse(data)]
  })
}

const initialized = z.object({ result: z.object({ protocolVersion: z.string() }) })
const agreedVersion = ({ method }: Message, answer: unknown): string | undefined => {
  const read = method === 'initialize' ? initialized.safeParse(answer) : undefined
  return read?.success ? read.data.result.protocolVersion : undefined
}
