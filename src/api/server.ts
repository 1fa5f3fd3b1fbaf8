import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import cookie, { type CookieSerializeOptions } from '@fastify/cookie'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Log } from '../component.ts'
import { hour } from '../lib/units/time.ts'
import type { Credential } from '../operations/accounts/credential.ts'
import type { SignInKeys } from '../operations/accounts/sessions/sign-in-keys.ts'
import type { Deps } from '../operations/deps.ts'
import type { Role } from '../schema/account/role.ts'
import { watchMethods } from './allowed-methods.ts'
import type { InterfaceDeps } from './ask.ts'
import type { Auth } from './auth.ts'
import { basePathOf, withoutBasePath } from './base-path.ts'
import { followStore, reader } from './change-feed.ts'
import type { CompatSystem } from './compat-system.ts'
import { auditDenials, createNoteDenial } from './denials.ts'
import { describeApi, serveDocs } from './docs.ts'
import { type Anonymous, proofOf, requireCredential } from './gate.ts'
import { serveGraphql } from './graphql/http.ts'
import { secureHeaders } from './headers.ts'
import { createLiveStreams, type LiveStreams } from './live-streams.ts'
import { serveMcp } from './mcp/http.ts'
import { createResourceBus } from './mcp/resource-bus.ts'
import type { McpOptions } from './mcp/server.ts'
import { openPages, preferScreens, servePages } from './pages.ts'
import { programConstraint } from './program-constraint.ts'
import { limitRate, type RateLimit } from './rate-limit.ts'
import { answerProblems, refuse } from './refusals.ts'
import { registerRoute } from './rest/register.ts'
import type { ReadToken, Route } from './rest/route.ts'
import { mainRoutes } from './rest/routes.ts'
import { serveStream } from './rest/stream.ts'
import { schemaController, useNoSchemas } from './schema-compilers.ts'
import { answerSocketError } from './socket-errors.ts'

export interface ServerOptions {
  readonly deps: Deps
  readonly auth: Auth
  readonly signInKeys: SignInKeys
  readonly log: Log
  readonly version: string
  /** The folder of the built dashboard. */
  readonly web: string
  /** Certificate and key in PEM; without them it speaks plain HTTP. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer }
  /** How browsers reach it from outside, when that differs from where it listens: `https://vedette.example`. */
  readonly publicUrl?: string
  /**
   * The host names under which AI tools may connect; any if undefined. A page that rebinds its own name to our address uses another one.
   */
  readonly hosts?: readonly string[] | undefined
  /** Addresses of proxies whose X-Forwarded-* headers are trusted; none by default. */
  readonly trustProxy?: readonly string[]
  readonly rateLimit?: Partial<RateLimit>
  /** Counts the streams of all servers of the process together. */
  readonly streams?: LiveStreams
  readonly mcp: Pick<McpOptions, 'roots' | 'confirmations' | 'allowWrite'>
  /** The older systems whose routes are also served. */
  readonly systems: readonly CompatSystem[]
  /** Serves nothing but these, to clients of an older system on a port of its own. */
  readonly only?: {
    readonly routes: readonly Route[]
    readonly anonymous?: Anonymous
    readonly serveSocket?: CompatSystem['serveSocket']
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The cookie that may contain a token; undefined if none may. */
    readonly tokenCookie: string | undefined
    readonly sessionCookie: { readonly name: string; readonly options: CookieSerializeOptions }
  }
  interface FastifyRequest {
    credential: Credential | undefined
  }
  interface FastifyContextConfig {
    /** Requires no token. */
    open?: boolean
    /** The minimum role. */
    role?: Role
    /** Also accepts a token in the header without `Bearer`. */
    bareToken?: boolean
    /** A header that may carry the token instead of `Authorization`. */
    tokenHeader?: string
    /** Finds the token where the clients of another contract send it. */
    readToken?: ReadToken
    /** Counts against the request limit of log senders. */
    ingests?: boolean
    /** Describes the route for the reference. Created lazily, because all descriptions take as long as the rest of the routes. */
    describe?: () => FastifySchema
  }
}

/** The dependencies of operations, extended by the interface. */
export const createInterfaceDeps = ({
  deps,
  signInKeys,
  auth,
}: Pick<ServerOptions, 'deps' | 'signInKeys' | 'auth'>): InterfaceDeps =>
  Object.assign(Object.create(deps), {
    signInKeys,
    identify: auth.identify,
  })

/** Serves connections that open from now on with another certificate. */
export const renewCertificate = ({ server }: FastifyInstance, tls: ServerOptions['tls']): void => {
  if (tls && server instanceof HttpsServer) server.setSecureContext(tls)
}

/** Builds the server with all its doors; it does not listen yet. */
export const createServer = async (options: ServerOptions): Promise<FastifyInstance> => {
  const { auth, log, tls, publicUrl, trustProxy = [], streams = createLiveStreams() } = options
  const secure = tls !== undefined || publicUrl?.startsWith('https:') === true
  // The ports of older systems are not behind the public URL.
  const basePath = options.only ? '' : basePathOf(publicUrl)
  const transport = options.only?.serveSocket ? socketsToo : sockets
  const app = fastify({
    ...limits,
    ...(tls && { https: { ...tls, ...transport } }),
    ...(!tls && { http: transport }),
    ...(basePath !== '' && { rewriteUrl: ({ url = '/' }: IncomingMessage) => withoutBasePath(basePath, url) }),
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
    frameworkErrors: (error, request, reply) => refuse(error, request, reply, log),
    genReqId: () => randomUUID(),
    clientErrorHandler: (error, socket) => answerSocketError(error, socket, randomUUID()),
  })
  // Decorates the dependencies of every route before a plug-in uses them.
  app.decorateRequest('credential', undefined)
  app.decorate('sessionCookie', {
    name: secure ? '__Host-vedette_session' : 'vedette_session',
    options: { httpOnly: true, sameSite: 'strict', secure, path: '/' },
  })
  app.decorate('tokenCookie', options.only?.serveSocket && `${secure ? '__Host-' : ''}vedette_dashboard`)
  useNoSchemas(app)
  takeBodiesAsStreams(app)

  openPages(app)
  endInTime(app)
  const allowed = watchMethods(app)
  answerProblems(app, log, allowed)
  await secureHeaders(app, secure)
  preferScreens(app)
  await app.register(cookie)
  requireCredential(app, auth, { publicUrl, anonymous: options.only?.anonymous })
  const noteDenial = createNoteDenial(options.deps, log)
  auditDenials(app, noteDenial)
  await limitRate(app, options.rateLimit)
  await describeApi(app, options.version, basePath)

  const deps = createInterfaceDeps(options)
  const stillWelcome = async (request: FastifyRequest) => (await auth.authenticate(proofOf(request))) !== undefined
  await options.only?.serveSocket?.(app, {
    deps,
    feed: followStore(deps, log),
    streams,
    stillWelcome,
    reader,
    log,
  })
  const served = options.only?.routes ?? mainRoutes(options.systems)
  for (const route of served) registerRoute(app, route, deps, auth, log)
  if (options.only) {
    serveDocs(app, basePath)
    return app
  }
  const live = {
    deps,
    feed: followStore(deps, log),
    streams,
    stillWelcome,
  }
  const { feed } = live
  serveMcp(app, {
    log,
    async loadMake() {
      const { createMcpServer } = await import('./mcp/server.ts')
      const mcp = { ...options.mcp, deps, feed, log, noteDenial, version: options.version, url: publicUrl }
      return (credential, connection) => createMcpServer(mcp, credential, connection)
    },
    bus: createResourceBus(feed),
    newSessionId: () => deps.newSecret(),
    streams,
    stillWelcome,
    origins: publicUrl ? [new URL(publicUrl).origin] : [],
    hosts: options.hosts,
  })
  serveStream(app, live)
  serveGraphql(app, { ...live, log })
  app.get('/health/live', { schema: { hide: true }, config: { open: true } }, () => ({ status: 'alive' }))
  serveDocs(app, basePath)
  await servePages(app, options.web, basePath)
  return app
}

const sockets = {
  maxHeaderSize: 16_384,
  headersTimeout: 15_000,
  connectionsCheckingInterval: 5_000,
  // Answered by us, in words.
  requireHostHeader: false,
}

/** With WebSockets enabled, clients that request another protocol (`h2c`) are answered over HTTP/1.1. */
const socketsToo = {
  ...sockets,
  shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
}

const limits = {
  logger: false,
  schemaController,
  // Bodies have their own timeouts, which exclude our processing time. This one is the last resort.
  requestTimeout: hour,
  keepAliveTimeout: 65_000,
  exposeHeadRoutes: true,
  // Answers requests on open connections while the server closes, and closes each connection afterwards.
  return503OnClosing: false,
  routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true, constraints: { client: programConstraint } },
} as const

/** Bodies arrive as streams, whatever their content type: each route reads its own within its limits. */
const takeBodiesAsStreams = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/** Waits for open requests before closing the server, but not for ever. */
const endInTime = (app: FastifyInstance): void => {
  app.addHook('preClose', async () => {
    setTimeout(() => app.server.closeAllConnections(), closeMs).unref()
  })
}

const closeMs = 7_000
