import { type McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { getAlert } from '../../operations/alerts/get-alert.ts'
import { getIncident } from '../../operations/incidents/get-incident.ts'
import type { AnyOperation } from '../ask.ts'
import type { ChangeFeed } from '../change-feed.ts'
import { toProtocolError } from './documents.ts'
import { urisOf } from './resource-bus.ts'
import type { ToolContext } from './tool.ts'

/**
 * The lifetime of a server, and who stores the subscriptions of its client. `request` (2025): nobody. `session`: the server itself.
 * `listener` (2026 over HTTP): the interface. `pipe` (2026): the pipe, which drops other notifications.
 */
export type ServerLifetime = 'request' | 'session' | 'listener' | 'pipe'

const mostSubscriptions = 200
const operations: Readonly<Record<string, AnyOperation>> = { incident: getIncident, alert: getAlert }
const uriShape = /^vedette:\/\/(incident|alert)\/([^/]+)$/

/** Notifies the client of a server when an incident or an alert changes that it subscribed to. */
export const offerSubscriptions = (
  server: McpServer,
  { connection, feed, ask }: { connection: ServerLifetime; feed: ChangeFeed; ask: ToolContext['ask'] },
): void => {
  if (connection === 'request') return
  server.server.registerCapabilities({ resources: { subscribe: true } })
  if (connection === 'listener') return
  const wanted = new Set<string>()
  let unfollow: (() => void) | undefined
  const follow = () => {
    unfollow ??= feed.follow((change) => {
      for (const uri of urisOf(change)) {
        if (connection === 'session' && !wanted.has(uri)) continue
        // Skips disconnected clients.
        server.server.sendResourceUpdated({ uri }).catch(leave)
      }
    })
  }
  const leave = () => {
    unfollow?.()
    unfollow = undefined
  }
  server.server.onclose = leave
  if (connection === 'pipe') {
    follow()
    return
  }

  server.server.setRequestHandler('resources/subscribe', async ({ params: { uri } }) => {
    const [, kind, id] = uriShape.exec(uri) ?? []
    const operation = operations[kind ?? '']
    if (!operation || id === undefined) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `${uri.slice(0, 200)} never changes: subscribe to vedette://incident/{id} or vedette://alert/{id}.`,
      )
    }
    if (wanted.size >= mostSubscriptions) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There are ${wanted.size} subscriptions: end some first.`,
      )
    }
    await ask(operation, { id }).catch((error: unknown) => {
      throw toProtocolError(error, uri)
    })
    wanted.add(uri)
    follow()
    return {}
  })
  server.server.setRequestHandler('resources/unsubscribe', async ({ params: { uri } }) => {
    wanted.delete(uri)
    if (wanted.size === 0) leave()
    return {}
  })
}
