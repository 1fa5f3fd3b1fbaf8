import type { WebSocket } from '@fastify/websocket'
import { z } from 'zod'
import { ask, permit } from '../../../api/ask.ts'
import type { Change } from '../../../api/change-feed.ts'
import type { CompatSystem } from '../../../api/compat-system.ts'
import { requireOwnOrigin } from '../../../api/gate.ts'
import { AppError, messageOf } from '../../../errors.ts'
import { listActions } from '../../../operations/actions/list-actions.ts'
import { summarizeAlerts } from '../summarize-alerts.ts'
import { toMetrics, toWorkflows } from './labels.ts'

const maxMessageBytes = 4_096
/** The most messages of a client between two heartbeats. */
const maxMessages = 100
/** Bytes that may wait for a slow client before its connection is closed. */
const maxBuffered = 1_048_576
const heartbeatMs = 5_000
const workflowsMs = 30_000

const message = z.looseObject({ type: z.string(), channels: z.unknown().optional() })

interface Client {
  readonly socket: WebSocket
  readonly isWelcome: () => Promise<boolean>
  messages: number
  isAlive: boolean
}

/** Sends changes to the dashboard over `/ws`, until a client leaves, stops answering pings or its token ends. */
export const serveDashboardSocket: NonNullable<CompatSystem['serveSocket']> = async (
  app,
  { deps, feed, streams, stillWelcome, reader, log },
) => {
  const { default: websocket } = await import('@fastify/websocket')
  await app.register(websocket, {
    options: { maxPayload: maxMessageBytes },
    errorHandler: (_error, socket) => socket.terminate(),
  })
  // Nothing else closes the connection of an upgrade that was refused before the plug-in saw it.
  app.addHook('onResponse', async ({ raw, ws }) => {
    if (!ws && raw.headers.upgrade !== undefined) raw.socket.destroySoon()
  })
  const clients = new Set<Client>()
  const broadcast = (sent: object) => {
    const text = JSON.stringify(sent)
    for (const { socket } of clients) {
      if (socket.bufferedAmount > maxBuffered) socket.terminate()
      else socket.send(text)
    }
  }
  const metrics = async () => toMetrics(await ask(summarizeAlerts, {}, deps, reader))
  const workflows = async () => toWorkflows(await ask(listActions, { limit: 100 }, deps, reader)).map(toBrief)

  const follow = () => {
    let total: number | undefined
    let isSending = false
    const ids = { alert: new Set<string>(), incident: new Set<string>() }
    const sendChanges = async () => {
      const [alerts, incidents] = [[...ids.alert], [...ids.incident]]
      ids.alert.clear()
      ids.incident.clear()
      if (alerts.length > 0) {
        const data = await metrics()
        const added = total === undefined ? 0 : data.total_alerts - total
        total = data.total_alerts
        if (added > 0) broadcast({ type: 'alert_created', data: { count: added } })
        broadcast({ type: 'alerts_update', data: { alert_ids: alerts.slice(0, 100), count: alerts.length } })
        broadcast({ type: 'metrics_update', data })
      }
      if (incidents.length > 0) broadcast({ type: 'workflows_update', data: await workflows() })
    }
    // Changes of the same tick become one message.
    const scheduleSend = () => {
      if (isSending) return
      isSending = true
      setImmediate(() =>
        sendChanges()
          .catch(failed)
          .finally(() => {
            isSending = false
            if (ids.alert.size + ids.incident.size > 0) scheduleSend()
          }),
      )
    }
    metrics().then((first) => {
      total ??= first.total_alerts
    }, failed)
    const unfollow = feed.follow(({ kind, id }: Change) => {
      ids[kind].add(id)
      scheduleSend()
    })
    const heartbeat = setInterval(() => {
      for (const client of clients) beat(client)
    }, heartbeatMs)
    const refresh = setInterval(() => {
      workflows().then((data) => broadcast({ type: 'workflows_update', data }), failed)
    }, workflowsMs)
    return () => {
      unfollow()
      clearInterval(heartbeat)
      clearInterval(refresh)
    }
  }
  const failed = (err: unknown) => log.warn({ err }, 'Sending changes to the dashboard failed.')

  let unfollow: (() => void) | undefined
  const leave = (client: Client) => {
    clients.delete(client)
    if (clients.size > 0) return
    unfollow?.()
    unfollow = undefined
  }
  app.addHook('onClose', async () => unfollow?.())

  app.get(
    '/ws',
    {
      websocket: true,
      exposeHeadRoute: false,
      schema: { hide: true },
      // Refuse in HTTP, before the upgrade.
      preValidation: async (request) => {
        if (!request.ws) {
          throw new AppError('NOT_FOUND', 'This is the address of a WebSocket.', {
            hint: 'Ask with Upgrade: websocket.',
          })
        }
        requireOwnOrigin(request)
        permit(summarizeAlerts, request.credential)
        const close = streams.open(request.credential, request.ip)
        request.raw.socket.once('close', close)
      },
    },
    async (socket, request) => {
      const client: Client = { socket, isWelcome: () => stillWelcome(request), messages: 0, isAlive: true }
      socket.on('close', () => leave(client))
      socket.on('pong', () => {
        client.isAlive = true
      })
      socket.on('message', (data) => answer(client, String(data)))
      clients.add(client)
      unfollow ??= follow()
      const data = { metrics: await metrics(), workflows: await workflows() }
      socket.send(JSON.stringify({ type: 'connected', message: 'WebSocket connected successfully', data }))
    },
  )
}

/** Answers a message; ignores anything else, as the dashboard's server did. */
const answer = (client: Client, text: string): void => {
  client.messages++
  if (client.messages > maxMessages) client.socket.close(1008, 'too many messages')
  const sent = message.safeParse(readText(text))
  if (client.messages > maxMessages || !sent.success) return
  const { type, channels } = sent.data
  if (type === 'ping') client.socket.send(JSON.stringify({ type: 'pong' }))
  if (type === 'subscribe') client.socket.send(JSON.stringify({ type: 'subscribed', channels: channels ?? [] }))
}

const readText = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const beat = (client: Client): void => {
  if (!client.isAlive) client.socket.terminate()
  client.isAlive = false
  client.messages = 0
  client.socket.ping()
  const end = (why: string) => client.socket.close(1008, why)
  client.isWelcome().then(
    (welcome) => welcome || end('the token has ended'),
    (error) => end(messageOf(error).slice(0, 100)),
  )
}

const toBrief = ({ id, name, status, category }: ReturnType<typeof toWorkflows>[number]) => ({
  ...{ id, name, status, category },
})
