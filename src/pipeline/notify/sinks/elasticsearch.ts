import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import { toFlatAlert } from '../flat-alert.ts'
import { indentAll } from '../plain.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import { type Notification, type Sink, splitNotification } from '../sink.ts'
import { post } from './post.ts'

const options = z
  .strictObject({
    url: receiverUrl.describe('Elasticsearch or OpenSearch: `https://search:9200`.'),
    index: z
      .string()
      .regex(/^[a-z\d][a-z\d._-]{0,254}$/, 'use lower-case letters, digits, dots, dashes and underscores')
      .default('security-anomalies')
      .describe('The index, alias or data stream to write to.'),
    data_stream: z
      .boolean()
      .default(false)
      .describe('Whether `index` is a data stream, which only takes new documents: `logs-vedette-default`.'),
    api_key: headerSecret.optional().meta({ description: 'The encoded key: `Authorization: ApiKey …`.', secret: true }),
    username: z.string().min(1).optional().describe('For Basic authentication.'),
    password: z.string().min(1).optional().meta({ description: 'For Basic authentication.', secret: true }),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: 'give username and password, or neither',
    path: ['username'],
  })

/** Writes one document per incident and reason. The document id makes retries idempotent. */
export const elasticsearchSink: Component<typeof options, Sink> = {
  name: 'elasticsearch',
  summary: 'Writes each incident to an index or a data stream of Elasticsearch or OpenSearch.',
  options,
  create({ url, index, data_stream, api_key, username, password }, { fetch }) {
    const authorization =
      api_key !== undefined
        ? `ApiKey ${api_key}`
        : username !== undefined && `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const place = (path: string): string => {
      const at = new URL(url)
      at.pathname = `${at.pathname.replace(/\/$/, '')}/${path}`
      return at.href
    }
    const send = (path: string, type: string, body: string, signal: AbortSignal) =>
      post({
        fetch,
        url: place(path),
        headers: { 'content-type': type, ...(authorization && { authorization }) },
        body,
        signal,
      })
    return {
      async send(notification, signal) {
        const all = splitNotification(notification)
        if (all.length === 1 && !data_stream) {
          const id = encodeURIComponent(notification.idempotencyKey)
          const body = JSON.stringify(toDocument(notification))
          const answer = await send(`${index}/_doc/${id}`, 'application/json', body, signal)
          await answer.body?.cancel()
          return
        }
        const action = data_stream ? 'create' : 'index'
        const lines = all.flatMap((one) => [{ [action]: { _id: one.idempotencyKey } }, toDocument(one)])
        const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
        const answer = await send(`${index}/_bulk`, 'application/x-ndjson', body, signal)
        checkBulk(await answer.text(), new URL(url).origin)
      },
      preview: (notification) => indentAll(splitNotification(notification).map(toDocument)),
    }
  },
}

const toDocument = (notification: Notification) => {
  const flat = toFlatAlert(notification)
  return { '@timestamp': flat.timestamp, ...flat }
}

const bulkAnswer = z.object({
  errors: z.boolean(),
  items: z.array(z.record(z.string(), z.object({ status: z.int() }))).default([]),
})

/** Checks a bulk result, because a bulk request returns 200 even if documents were rejected. */
const checkBulk = (text: string, origin: string): void => {
  const answer = bulkAnswer.safeParse(readJson(text))
  if (!answer.success) {
    throw new AppError('SINK_REJECTED', `${origin} did not return the result of a bulk request.`, {
      hint: 'Check that the URL is that of Elasticsearch or OpenSearch itself.',
      retryable: true,
    })
  }
  const { errors, items } = answer.data
  if (!errors) return
  // A conflict means that an earlier attempt created the document.
  const refused = items.flatMap((item) => Object.values(item)).filter(({ status }) => status >= 300 && status !== 409)
  if (refused.length === 0) return
  const statuses = [...new Set(refused.map(({ status }) => status))].join(', ')
  throw new AppError(
    'SINK_REJECTED',
    `${origin} rejected ${refused.length} of ${items.length} documents: ${statuses}.`,
    {
      hint: 'Check the mapping of the index and the permissions of the key.',
      retryable: refused.every(({ status }) => status === 429 || status >= 500),
    },
  )
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
