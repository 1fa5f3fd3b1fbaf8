import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { freePort } from './program.ts'

/**
 * Stands between a shipper and the server: refuses the first request with 429 and the next with 503, and cuts the third after it was
 * stored. Only requests that send something count.
 */
export interface FaultyProxy {
  readonly port: number
  requests(): number
  reset(): void
  close(): void
}

/** Opens a proxy to a port of this machine. */
export const openFaultyProxy = async (target: number): Promise<FaultyProxy> => {
  let count = 0
  const pass = (sent: IncomingMessage, body: Buffer, response: ServerResponse, isCut: boolean) => {
    const { method, url, headers } = sent
    const passed = request({ host: '127.0.0.1', port: target, method, path: url, headers }, (answer) => {
      if (isCut) {
        answer.resume().on('end', () => sent.socket.destroy())
        return
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => sent.socket.destroy())
    passed.end(body)
  }
  const proxy = createServer((sent, response) => {
    const chunks: Buffer[] = []
    sent.on('data', (chunk: Buffer) => chunks.push(chunk))
    sent.on('end', () => {
      if (sent.method === 'POST') count += 1
      const fault = sent.method === 'POST' ? count : 4
      if (fault > 2) pass(sent, Buffer.concat(chunks), response, fault === 3)
      else
        response.writeHead(fault === 1 ? 429 : 503, { 'retry-after': '1', 'content-type': 'text/plain' }).end('busy\n')
    })
  })
  const port = await freePort()
  await new Promise<void>((done) => proxy.listen(port, '127.0.0.1', done))
  return {
    port,
    requests: () => count,
    reset: () => {
      count = 0
    },
    close: () => {
      proxy.close()
      proxy.closeAllConnections()
    },
  }
}
