import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import { createLate } from '../../lib/late/late.ts'
import { getOverview } from '../../operations/status/get-overview.ts'
import { permit } from '../ask.ts'
import { isCrossSite, requireAcceptedHost } from '../origin.ts'
import type { AnswerOptions, MakeServer } from './answers.ts'

const welcomeMs = 15_000

interface McpDoor extends Omit<AnswerOptions, 'make'> {
  readonly loadMake: () => Promise<MakeServer>
  /** Whether the client may still read. */
  readonly stillWelcome: (request: FastifyRequest) => Promise<boolean>
  readonly origins: readonly string[]
  readonly hosts?: readonly string[] | undefined
}

/** Serves MCP over HTTP at `/mcp`, to clients with a token. */
export const serveMcp = (
  app: FastifyInstance,
  { loadMake, stillWelcome, origins, hosts, ...options }: McpDoor,
): void => {
  // Loaded lazily, because the protocol takes several MB, and most servers get no such request.
  const late = createLate(async () =>
    (await import('./answers.ts')).createAnswers({ ...options, make: await loadMake() }),
  )
  app.addHook('preClose', async () => {
    const answers = await late.loaded()
    await answers?.end()
  })

  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    exposeHeadRoute: false,
    schema: { hide: true },
    config: { role: 'viewer' },
    async handler(request, reply) {
      const { credential } = request
      if (!credential) throw new AppError('UNAUTHENTICATED', 'This needs a token.')
      // Every tool and resource runs an operation, and no operation requires a lower role than this.
      permit(getOverview, credential)
      // A page that rebinds its name to our address must not use the credentials of the browser.
      const own = [`${request.protocol}://${request.host}`, ...origins]
      requireAcceptedHost(hosts, request.hostname)
      if (isCrossSite(request.headers, own)) {
        throw new AppError('FORBIDDEN', 'This request was sent by another site.', { hint: 'Use a client of your own.' })
      }
      // The client may leave while the protocol is loaded.
      const ended = new Promise<void>((done) => reply.raw.once('close', done))
      const answers = await late.load()
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      const leave = () => reply.raw.destroy()
      const watch = setInterval(() => {
        stillWelcome(request).then((welcome) => welcome || leave(), leave)
      }, welcomeMs)
      watch.unref()
      void ended.then(() => clearInterval(watch))
      await answers.give({ request, response: reply.raw, credential, address: request.ip, ended })
    },
  })
}
