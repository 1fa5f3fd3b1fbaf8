import type { FastifyReply, FastifyRequest } from 'fastify'

/** Disconnects a client with this much unread. */
const mostBuffered = 1_048_576

/** Takes a response over from the framework, with its current headers, and returns it as a stream of server-sent events. */
export const openEventStream = (reply: FastifyReply): ((text: string) => void) => {
  const { raw } = reply.hijack()
  const headers = Object.entries(reply.getHeaders()).filter(
    (header): header is [string, string | number] => header[1] !== undefined,
  )
  raw.writeHead(200, {
    ...Object.fromEntries(headers),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies that buffer responses would delay every event.
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  })
  return (text) => {
    if (raw.writableLength > mostBuffered) raw.destroy()
    else if (!raw.writableEnded && !raw.destroyed) raw.write(text)
  }
}

/** The id of the last event that a returning client has seen: a time in ms. */
export const lastEventId = ({ headers }: FastifyRequest): number | undefined => readEventId(headers['last-event-id'])

export const readEventId = (id: unknown): number | undefined =>
  typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined
