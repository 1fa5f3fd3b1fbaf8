import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../../component.ts'
import { AppError } from '../../errors.ts'
import type { Credential } from '../../operations/credential.ts'
import { isCrossSite } from '../origin.ts'

const mostBytes = 8 * 1_048_576

/** Serves MCP over HTTP at `/mcp`, to whoever has a token. Each request is answered by itself, by a server made for who asks. */
export const serveMcp = (
  app: FastifyInstance,
  make: (credential: Credential) => McpServer,
  {
    log,
    origins,
    hosts,
  }: { readonly log: Log; readonly origins: readonly string[]; readonly hosts?: readonly string[] | undefined },
): void => {
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    schema: { hide: true },
    config: { role: 'viewer' },
    async handler(request, reply) {
      const { credential } = request
      if (!credential) throw new AppError('UNAUTHENTICATED', 'This needs a token.')
      // A page that calls itself by our address may not borrow what a browser knows.
      const own = [`${request.protocol}://${request.host}`, ...origins]
      if (isCrossSite(request.headers, own) || (hosts && !hosts.includes(request.hostname))) {
        throw new AppError('FORBIDDEN', 'This request was sent by another site.', { hint: 'Use a client of your own.' })
      }
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      const { method, url, headers, raw } = request
      const body = { [Symbol.asyncIterator]: () => raw[Symbol.asyncIterator]() }
      await handlerFor(credential)({ method, url, headers, ...body }, reply.raw)
    },
  })

  const handlerFor = (credential: Credential) =>
    toNodeHandler(
      createMcpHandler(() => make(credential), {
        onerror: (error) => log.debug({ err: error }, 'an MCP request was refused'),
        maxRequestBodySize: mostBytes,
      }),
      { maxRequestBodySize: mostBytes },
    )
}
