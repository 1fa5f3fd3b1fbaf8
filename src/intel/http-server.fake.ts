import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that the server received. */
export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface FakeResponse {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Parts to send with pauses, instead of a body. With `cut`, only the first half; with `hang`, all but without an end. */
  readonly parts?: readonly string[]
  /** Breaks the connection after the first half of the body. */
  readonly cut?: boolean
  /** Never answers. */
  readonly hang?: boolean
  /** Answers only after this. */
  readonly after?: Promise<unknown>
}

export interface FakeServer {
  readonly url: string
  readonly requests: FakeRequest[]
  answer: (request: FakeRequest) => FakeResponse
  /** The number of connections that the client closed before the end of the response. */
  dropped: number
  close(): Promise<void>
}

/** Starts an HTTP server on the loopback interface. A test sets its responses, and reads the requests that it received. */
export const startFakeServer = async (answer: FakeServer['answer']): Promise<FakeServer> => {
  const requests: FakeRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
      const asked = {
        method: request.method ?? '',
        path: pathname,
        query: searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      requests.push(asked)
      const { status = 200, headers = {}, body = '', parts, cut = false, hang = false, after } = fake.answer(asked)
      response.on('close', () => {
        if (!response.writableFinished && !cut) fake.dropped++
      })
      await after
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
  const fake: FakeServer = {
    url: `http://127.0.0.1:${port}/`,
    requests,
    answer,
    dropped: 0,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
  return fake
}

const momentMs = 15

const sendParts = async (response: ServerResponse, parts: readonly string[]): Promise<void> => {
  for (const part of parts) {
    if (response.destroyed) return
    response.write(part)
    await new Promise((resolve) => setTimeout(resolve, momentMs))
  }
}
