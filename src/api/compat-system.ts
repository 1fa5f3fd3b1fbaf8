import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Log } from '../component.ts'
import type { Credential } from '../operations/accounts/credential.ts'
import type { DoorDeps } from './ask.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { LiveStreams } from './live-streams.ts'
import type { Route } from './rest/route.ts'

/** What is needed to tell somebody what happens, for as long as they may know. */
export interface Live {
  readonly deps: DoorDeps
  readonly feed: ChangeFeed
  readonly streams: LiveStreams
  /** Whether whoever opened a stream may still read it. */
  readonly stillWelcome: (request: FastifyRequest) => Promise<boolean>
  /** Who reads on behalf of all who follow. */
  readonly reader: Credential
  readonly log: Log
}

/** An older system whose contract is kept: its clients find everything where it was. */
export interface CompatSystem {
  /** What `compat.ports` calls it. */
  readonly name: string
  /** What `compat.ports` calls it together with others: the services of one system, each with a port. */
  readonly group?: string
  /** The ports that its clients know. */
  readonly ports: readonly number[]
  readonly routes: readonly Route[]
  /** What only its own port answers, or answers otherwise, because the main one has an answer of its own there. */
  readonly own?: readonly Route[]
  /** Opens its port although `compat.ports` does not name it: another one, or at another address, where these are given. */
  readonly opened?: { readonly port: number | undefined; readonly host: string | undefined }
  /** The name of the preset token that its clients send. Where that is configured, its own port asks for it. */
  readonly key?: string
  /** Whether its clients bring a token to its own port too. */
  readonly needsToken?: true
  /** What its port answers besides requests: a WebSocket. */
  readonly serve?: (app: FastifyInstance, live: Live) => Promise<void>
  /** What its log says when it takes up work, for those who wait for these words. */
  readonly says?: string
}
