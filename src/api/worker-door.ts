import { createServer, type ServerResponse } from 'node:http'
import type { Health } from '../operations/deps.ts'

interface WorkerDoorOptions {
  readonly host: string
  readonly port: number
  readonly health: () => Promise<Health>
  readonly metrics: () => Promise<string>
}

/** Listens for the probes of an orchestrator and for Prometheus, in a worker process. */
export const openWorkerDoor = async ({ host, port, health, metrics }: WorkerDoorOptions) => {
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    if (path === '/health/live') return send(response, 200, JSON.stringify({ status: 'alive' }))
    if (path === '/metrics') return send(response, 200, await metrics(), 'text/plain; version=0.0.4; charset=utf-8')
    if (path !== '/health/ready') return send(response, 404, JSON.stringify({ status: 'not_found' }))
    const { ready } = await health()
    if (!ready) response.setHeader('retry-after', '5')
    return send(response, ready ? 200 : 503, JSON.stringify({ status: ready ? 'ready' : 'not_ready' }))
  }
  const server = createServer((request, response) => {
    answer(request.url?.split('?', 1)[0] ?? '/', response).catch(() => response.destroy())
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen({ host, port }, done)
  })
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

const send = (
  response: ServerResponse,
  status: number,
  body: string,
  type = 'application/json; charset=utf-8',
): void => {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  response.end(body)
}
