import websocket, { type WebSocket } from '@fastify/websocket'
import { z } from 'zod'
import { ask, permit } from '../../../api/ask.ts'
import type { Change } from '../../../api/change-feed.ts'
import type { CompatSystem } from '../../../api/compat-system.ts'
import { requireOwnOrigin } from '../../../api/gate.ts'
import { AppError, messageOf } from '../../../errors.ts'
import { listActions } from '../../../operations/actions/list-actions.ts'
import { summarizeAlerts } from '../summarize-alerts.ts'
import { toMetrics, toWorkflows } from './labels.ts'

const longestMessage = 4_096
/** Whoever sends more than this between two heartbeats is talking to itself. */
const mostMessages = 100
/** Who lets this much pile up is cut off. */
const mostBuffered = 1_048_576
const heartbeatMs = 5_000
const workflowsMs = 30_000

const message = z.looseObject({ type: z.string(), channels: z.unknown().optional() })

interface Client {
  readonly socket: WebSocket
  readonly isWelcome: () => Promise<boolean>
  messages: number
  isAlive: boolean
}

/** Tells the dashboard's pages over `/ws` what happens, until they go, fall silent or are no longer welcome. */
export const serveDashboardSocket: NonNullable<CompatSystem['serve']> = async (
  app,
  { deps, feed, streams, stillWelcome, reader, log },
) => {
  await app.register(websocket, {
    options: { maxPayload: longestMessage },
    errorHandler: (_error, socket) => socket.terminate(),
  })
  // What was refused before the plug-in saw it has a connection that nobody else closes.
  app.addHook('onResponse', async ({ raw, ws }) => {
    if (!ws && raw.headers.upgrade !== undefined) raw.socket.destroySoon()
  })
  const clients = new Set<Client>()
  const tell = (told: object) => {
    const text = JSON.stringify(told)
    for (const { socket } of clients) {
      if (socket.bufferedAmount > mostBuffered) socket.terminate()
      else socket.send(text)
    }
  }
  const metrics = async () => toMetrics(await ask(summarizeAlerts, {}, deps, reader))
  const workflows = async () => toWorkflows(await ask(listActions, { limit: 100 }, deps, reader)).map(toBrief)

  const follow = () => {
    let total: number | undefined
    let isTelling = false
    const ids = { alert: new Set<string>(), incident: new Set<string>() }
    const tellNews = async () => {
      const [alerts, incidents] = [[...ids.alert], [...ids.incident]]
      ids.alert.clear()
      ids.incident.clear()
      if (alerts.length > 0) {
        const data = await metrics()
        const added = total === undefined ? 0 : data.total_alerts - total
        total = data.total_alerts
        if (added > 0) tell({ type: 'alert_created', data: { count: added } })
        tell({ type: 'alerts_update', data: { alert_ids: alerts.slice(0, 100), count: alerts.length } })
        tell({ type: 'metrics_update', data })
      }
      if (incidents.length > 0) tell({ type: 'workflows_update', data: await workflows() })
    }
    // What comes together is told together.
    const soon = () => {
      if (isTelling) return
      isTelling = true
      setImmediate(() =>
        tellNews()
          .catch(failed)
          .finally(() => {
            isTelling = false
            if (ids.alert.size + ids.incident.size > 0) soon()
          }),
      )
    }
    metrics().then((first) => {
      total ??= first.total_alerts
    }, failed)
    const unfollow = feed.follow(({ kind, id }: Change) => {
      ids[kind].add(id)
      soon()
    })
    const heartbeat = setInterval(() => {
      for (const client of clients) beat(client)
    }, heartbeatMs)
    const again = setInterval(() => {
      workflows().then((data) => tell({ type: 'workflows_update', data }), failed)
    }, workflowsMs)
    return () => {
      unfollow()
      clearInterval(heartbeat)
      clearInterval(again)
    }
  }
  const failed = (err: unknown) => log.warn({ err }, 'cannot tell the dashboard’s pages what happens')

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
      // Whoever may not is told so in words, before anything is upgraded.
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

/** Answers what a page sends; what is no message is left alone, as it always was. */
const answer = (client: Client, text: string): void => {
  client.messages++
  if (client.messages > mostMessages) client.socket.close(1008, 'too many messages')
  const sent = message.safeParse(readText(text))
  if (client.messages > mostMessages || !sent.success) return
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
