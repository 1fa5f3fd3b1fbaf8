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
  /** Takes what the server says, in answer or by itself. */
  readonly tell: (message: JSONRPCMessage) => void
  readonly failed: (error: unknown) => void
}

export interface Upstream {
  /** Sends a message of the client; ends when it was answered. */
  send(message: JSONRPCMessage): Promise<void>
  /** Ends what would go on for ever. */
  stopListening(): void
  /** Ends the session. */
  close(): Promise<void>
}

interface Underway {
  readonly stop: AbortController
  /** Whether it is a request of 2026, which is cancelled by hanging up. */
  readonly hangsUp: boolean
  /** Whether it is answered with a stream that does not end by itself. */
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
 * Speaks with the `/mcp` of a server. A session that the server has forgotten, because it was started again, is begun anew with what the
 * client said at its beginning and subscribed to since, so that the client does not notice.
 */
export const createUpstream = ({ url, fetch, tell, failed }: UpstreamOptions): Upstream => {
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
      tell(message)
    }
    transport.onerror = (error) => {
      // What a request failed of is told to whoever sent it; this is for the stream of what the server says by itself.
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
      // What is still under way there learns by itself whether it is answered.
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
        onRequestStreamEnd: () => reject(new Error('The server hung up before it had answered.')),
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
      // Who says all at once is no less in a session: how that begins is told to whoever asked for it.
      await begun?.catch(() => undefined)
      await renewing
      try {
        await sendOnce(message)
      } catch (error) {
        if (!isForgotten(error) || !beginning) throw error
        await renew()
        await sendOnce(message)
      }
      const told = subscription.safeParse(message).data
      if (told?.method === 'resources/subscribe') subscribed.add(told.params.uri)
      if (told?.method === 'resources/unsubscribe') subscribed.delete(told.params.uri)
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
