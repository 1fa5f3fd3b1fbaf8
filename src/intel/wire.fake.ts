import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server on the loopback was asked. */
export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface WireAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Sent one after the other with a moment between, instead of a body: the half of them with `cut`, all and no end with `hang`. */
  readonly parts?: readonly string[]
  /** Breaks the connection after the first half of the body. */
  readonly cut?: boolean
  /** Never answers. */
  readonly hang?: boolean
}

export interface Wire {
  readonly url: string
  readonly requests: WireRequest[]
  answer: (request: WireRequest) => WireAnswer
  /** How many connections whoever asked has dropped before the end of the answer. */
  dropped: number
  close(): Promise<void>
}

/** Starts a server that answers as a test says, and remembers what it was asked. */
export const startWire = async (answer: Wire['answer']): Promise<Wire> => {
  const requests: WireRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://wire')
      const asked = {
        method: request.method ?? '',
        path: pathname,
        query: searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      requests.push(asked)
      const { status = 200, headers = {}, body = '', parts, cut = false, hang = false } = wire.answer(asked)
      response.on('close', () => {
        if (!response.writableFinished && !cut) wire.dropped++
      })
      if (parts) {
        response.writeHead(status, headers)
        void sendParts(response, cut ? parts.slice(0, parts.length >> 1) : parts).then(() => {
          if (cut) response.destroy()
          else if (!hang) response.end()
        })
        return
      }
      if (hang) return
      const bytes = Buffer.from(body)
      response.writeHead(status, { 'content-length': String(bytes.length), ...headers })
      if (!cut) response.end(bytes)
      else response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const wire: Wire = {
    url: `http://127.0.0.1:${port}/`,
    requests,
    answer,
    dropped: 0,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
  return wire
}

const momentMs = 15

const sendParts = async (response: ServerResponse, parts: readonly string[]): Promise<void> => {
  for (const part of parts) {
    if (response.destroyed) return
    response.write(part)
    await new Promise((resolve) => setTimeout(resolve, momentMs))
  }
}
