import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A receiver of messages that fails half of the time, sometimes after it has noted the message. Counts what it noted by key. */
export const openReceiver = async (random: () => number) => {
  const taken = new Map<string, number>()
  const server = createServer(async (request, response) => {
    for await (const _part of request);
    const key = String(request.headers['idempotency-key'])
    if (random() < 0.5) {
      response.statusCode = 503
      response.end()
      return
    }
    taken.set(key, (taken.get(key) ?? 0) + 1)
    response.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** Keys of messages → how often each was taken. */
    taken: taken as ReadonlyMap<string, number>,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
