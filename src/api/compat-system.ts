import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Log } from '../component.ts'
import type { Credential } from '../operations/accounts/credential.ts'
import type { InterfaceDeps } from './ask.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { LiveStreams } from './live-streams.ts'
import type { Route } from './rest/route.ts'

/** The dependencies of a WebSocket that sends changes to its clients. */
export interface SocketContext {
  readonly deps: InterfaceDeps
  readonly feed: ChangeFeed
  readonly streams: LiveStreams
  /** Whether the token that opened a stream is still valid. */
  readonly stillWelcome: (request: FastifyRequest) => Promise<boolean>
  /** The credential of all clients together for reading. */
  readonly reader: Credential
  readonly log: Log
}

/** An older system whose unchanged clients are served: the same paths, bodies and errors. */
export interface CompatSystem {
  /** The name in `compat.ports`. */
  readonly name: string
  /** The name in `compat.ports` of several services that belong together, each with its port. */
  readonly group?: string
  /** The ports that its clients use by default. */
  readonly ports: readonly number[]
  /** Routes of the main port and of its own. */
  readonly routes: readonly Route[]
  /** Routes of its own port only; each replaces the one of `routes` with the same address. */
  readonly ownRoutes?: readonly Route[]
  /** Opens its port even if `compat.ports` does not name it. The port and the host are optional overrides. */
  readonly opened?: { readonly port: number | undefined; readonly host: string | undefined }
  /** The name of the preset token that its clients send. If it is configured, its own port requires it. */
  readonly keyName?: string
  /** Whether its own port requires a token. */
  readonly needsToken?: true
  /** Adds a WebSocket to its own port. */
  readonly serveSocket?: (app: FastifyInstance, context: SocketContext) => Promise<void>
  /** The message to log once its port is open; deployment scripts wait for it. */
  readonly startMessage?: string
}
