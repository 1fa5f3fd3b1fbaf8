import {
  isInitializeRequest,
  isJSONRPCRequest,
  isJSONRPCResponse,
  type JSONRPCMessage,
  PROTOCOL_VERSION_META_KEY,
  type RequestId,
  SdkErrorCode,
  SdkHttpError,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { z } from 'zod'

interface UpstreamOptions {
  readonly url: URL
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>
  /** Called with each message of the server, responses and notifications alike. */
  readonly onMessage: (message: JSONRPCMessage) => void
  readonly failed: (error: unknown) => void
}

export interface Upstream {
  /** Sends a message of the client; resolves when the server has answered. */
  send(message: JSONRPCMessage): Promise<void>
  /** Aborts the subscription streams, which would never end by themselves. */
  stopListening(): void
  /** Ends the session. */
  close(): Promise<void>
}

interface Underway {
  readonly stop: AbortController
  /** Whether the request follows the 2026 protocol, which cancels by closing the connection. */
  readonly hangsUp: boolean
  /** Whether the response is a stream that never ends by itself. */
  readonly listens: boolean
  readonly ended: Promise<void>
  done(): void
}

const initialized = z.object({ result: z.object({ protocolVersion: z.string() }) })
const asked = z.looseObject({ params: z.looseObject({ _meta: z.looseObject({}).optional() }).optional() })
const cancelled = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId: z.union([z.string(), z.number()]) }),
})
const subscription = z.object({
  method: z.enum(['resources/subscribe', 'resources/unsubscribe']),
  params: z.object({ uri: z.string() }),
})
const ownId = 'vedette-bridge'

/**
 * Connects to the `/mcp` endpoint of a server. After a server restart, it opens a new session with the client's original
 * `initialize` request and subscriptions, so that the client does not notice.
 */
export const createUpstream = ({ url, fetch, onMessage, failed }: UpstreamOptions): Upstream => {
  const underway = new Map<RequestId, Underway>()
  const subscribed = new Set<string>()
  let beginning: JSONRPCMessage | undefined
  let begun: Promise<void> | undefined
  let renewing: Promise<void> | undefined
  let own = 0

  const connect = async (): Promise<StreamableHTTPClientTransport> => {
    const transport = new StreamableHTTPClientTransport(url, {
      fetch,
      reconnectionOptions: {
        initialReconnectionDelay: 1_000,
        maxReconnectionDelay: 30_000,
        reconnectionDelayGrowFactor: 1.5,
        maxRetries: Number.POSITIVE_INFINITY,
      },
    })
    transport.onmessage = (message) => {
      if (isJSONRPCResponse(message) && message.id !== undefined) {
        const version = initialized.safeParse(message).data?.result.protocolVersion
        if (version !== undefined) transport.setProtocolVersion(version)
        underway.get(message.id)?.done()
        if (typeof message.id === 'string' && message.id.startsWith(ownId)) return
      }
      onMessage(message)
    }
    transport.onerror = (error) => {
      // The sender of a request gets its error. This handler covers the stream of server notifications.
      const ofStream = error instanceof SdkHttpError && error.code === SdkErrorCode.ClientHttpFailedToOpenStream
      if (ofStream && isForgotten(error) && transport === live) renew().catch(failed)
    }
    await transport.start()
    live = transport
    return transport
  }
  let live: StreamableHTTPClientTransport | undefined
  let current = connect()

  const renew = (): Promise<void> => {
    renewing ??= (async () => {
      if (!beginning || !isJSONRPCRequest(beginning)) return
      const before = await current
      current = connect()
      // Requests still running on the old session settle by themselves.
      void Promise.allSettled([...underway.values()].map(({ ended }) => ended)).then(() => before.close())
      await request({ ...beginning, id: newId() })
      await (await current).send({ jsonrpc: '2.0', method: 'notifications/initialized' })
      for (const uri of subscribed) {
        await request({ jsonrpc: '2.0', id: newId(), method: 'resources/subscribe', params: { uri } })
      }
    })().finally(() => {
      renewing = undefined
    })
    return renewing
  }
  const newId = (): string => {
    own += 1
    return `${ownId}-${own}`
  }

  const request = async (
    message: JSONRPCMessage & { readonly id: RequestId; readonly method: string },
  ): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stop = new AbortController()
    const { params } = asked.parse(message)
    underway.set(message.id, {
      stop,
      hangsUp: params?._meta?.[PROTOCOL_VERSION_META_KEY] !== undefined,
      listens: message.method === 'subscriptions/listen',
      ended: promise,
      done: resolve,
    })
    stop.signal.addEventListener('abort', () => resolve())
    const transport = await current
    transport
      .send(message, {
        requestSignal: stop.signal,
        onRequestStreamEnd: () => reject(new Error('The server closed the connection before it answered.')),
      })
      .catch(reject)
    await promise.finally(() => underway.delete(message.id))
  }

  const sendOnce = async (message: JSONRPCMessage): Promise<void> =>
    isJSONRPCRequest(message) ? request(message) : (await current).send(message)

  return {
    async send(message) {
      const given = cancelled.safeParse(message).data?.params.requestId
      const cancels = given === undefined ? undefined : underway.get(given)
      if (cancels?.hangsUp) return cancels.stop.abort()
      if (isInitializeRequest(message)) {
        beginning = message
        begun = sendOnce(message)
        return begun
      }
      // A client may send further messages before `initialize` is answered; only that request reports its failure.
      await begun?.catch(() => undefined)
      await renewing
      try {
        await sendOnce(message)
      } catch (error) {
        if (!isForgotten(error) || !beginning) throw error
        await renew()
        await sendOnce(message)
      }
      const change = subscription.safeParse(message).data
      if (change?.method === 'resources/subscribe') subscribed.add(change.params.uri)
      if (change?.method === 'resources/unsubscribe') subscribed.delete(change.params.uri)
    },
    stopListening() {
      for (const { listens, stop } of underway.values()) if (listens) stop.abort()
    },
    async close() {
      const transport = await current
      await transport.terminateSession()
      await transport.close()
    },
  }
}

const isForgotten = (error: unknown): boolean => error instanceof SdkHttpError && error.status === 404
