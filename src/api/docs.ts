import swagger from '@fastify/swagger'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { AppError } from '../errors.ts'
import { createLate } from '../lib/late/late.ts'
import { movePage } from './base-path.ts'
import { problemsPage, problemsStyle } from './problems-page.ts'
import { schemaController, useNoSchemas } from './schema-compilers.ts'

/** Writes the reference from the routes that are registered after it. */
export const describeApi = async (app: FastifyInstance, version: string, basePath: string): Promise<void> => {
  const toJsonSchema = createJsonSchemaTransform({ zodToJsonConfig: {} })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Vedette',
        version,
        description: 'Log lines in, explained incidents out. Errors are problem+json (RFC 9457).',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: basePath || '/' }],
      security: [{ token: [] }, { session: [] }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'Made by `vedette token create`.' },
          session: { type: 'apiKey', in: 'cookie', name: app.sessionCookie.name, description: 'Set by signing in.' },
        },
      },
    },
    transform: ({ schema, ...document }) =>
      toJsonSchema({ ...document, schema: document.route.config?.describe?.() ?? schema }),
    transformObject: jsonSchemaTransformObject,
  })
}

/** Shows the reference: `/docs` for people, from files in the package, and the document for programs. */
export const serveDocs = (app: FastifyInstance, basePath: string): void => {
  const hidden = { schema: { hide: true } }
  for (const path of ['/api/v1/openapi.json', '/openapi.json']) {
    app.get(path, { ...hidden, config: { open: true } }, () => app.swagger())
  }
  const page = movePage(basePath, problemsPage())
  app.get('/docs/problems', hidden, (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
  const reference = createLate(() => openReference(app))
  const show = async ({ url, headers }: FastifyRequest, reply: FastifyReply) => {
    const answer = await (await reference.load()).inject({ url, headers })
    if (answer.statusCode === 404)
      throw new AppError('NOT_FOUND', 'There is nothing at this address.', { hint: 'See /docs.' })
    // The connection belongs to the server that the client asked.
    const { connection: _, ...described } = answer.headers
    reply.code(answer.statusCode).headers(described)
    const isPage = basePath !== '' && /^text\/html/.test(String(described['content-type']))
    if (!isPage) return reply.send(answer.rawPayload)
    return reply.removeHeader('content-length').send(movePage(basePath, answer.payload))
  }
  for (const path of ['/docs', '/docs/*']) app.get(path, hidden, show)
  app.get('/docs/problems.css', hidden, (_request, reply) => reply.type('text/css; charset=utf-8').send(problemsStyle))
}

/** Opens the pages of the reference. They are loaded with their first request, because they have as many files as the program. */
const openReference = async (app: FastifyInstance): Promise<FastifyInstance> => {
  const { fastifySwaggerUi } = await import('@fastify/swagger-ui')
  const reference = fastify({ schemaController, routerOptions: { ignoreTrailingSlash: true } })
  useNoSchemas(reference)
  await reference.register(swagger)
  await reference.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    transformSpecification: () => app.swagger(),
    transformSpecificationClone: false,
    theme: { title: 'Vedette API' },
    // The basic layout has no top bar, which names another product and has a style that browsers must not apply.
    uiConfig: {
      layout: 'BaseLayout',
      validatorUrl: null,
      deepLinking: true,
      displayRequestDuration: true,
      tryItOutEnabled: false,
    },
  })
  return reference
}
