import type { Runtime } from '../../../component.ts'
import { indentAll } from '../plain.ts'
import type { Notification, Sink } from '../sink.ts'
import { post } from './post.ts'

/** A request with a JSON body. */
interface JsonRequest {
  readonly url: string
  readonly method?: 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object
}

interface JsonSinkOptions extends Pick<Sink, 'closes'> {
  /** Takes secrets out of a body, for people. */
  preview?(body: object): object
}

/** Creates a sink that sends JSON requests, in order. */
export const createJsonSink = (
  { fetch }: Pick<Runtime, 'fetch'>,
  toRequests: (notification: Notification) => readonly JsonRequest[],
  { preview = (body) => body, closes }: JsonSinkOptions = {},
): Sink => ({
  ...(closes && { closes }),
  async send(notification, signal) {
    for (const { url, method = 'POST', headers = {}, body } of toRequests(notification)) {
      const content = { 'content-type': 'application/json', ...headers }
      const answer = await post({ fetch, url, method, headers: content, body: JSON.stringify(body), signal })
      await answer.body?.cancel()
    }
  },
  preview: (notification) => indentAll(toRequests(notification).map(({ body }) => preview(body))),
})
