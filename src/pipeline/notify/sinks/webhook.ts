import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Component, Runtime } from '../../../component.ts'
import { messageOf } from '../../../errors.ts'
import { toFlatAlert } from '../flat-alert.ts'
import { toMessage } from '../message.ts'
import { type Escaping, parseMessageTemplate } from '../message-template.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import type { Notification, Sink } from '../sink.ts'
import { toTemplateFields } from '../template-fields.ts'
import { post } from './post.ts'

/** Headers that the HTTP client sets, or that other options set. */
const reservedHeaders = ['connection', 'content-length', 'content-type', 'host', 'transfer-encoding', 'upgrade']

const options = z
  .strictObject({
    url: receiverUrl
      .refine((url) => !new URL(url).host.includes('{'), 'must not have a template in its host')
      .describe('The URL to send to. The part after the host can be a template.'),
    method: z
      .enum(['DELETE', 'GET', 'PATCH', 'POST', 'PUT'])
      .default('POST')
      .describe('`GET` and `DELETE` have no body.'),
    token: headerSecret
      .optional()
      .meta({ description: 'A token for the header `Authorization: Bearer …`.', secret: true }),
    secret: z
      .string()
      .min(16, 'use at least 16 characters')
      .optional()
      .meta({ description: 'Signs each message with HMAC-SHA256 in `X-Vedette-Signature`.', secret: true }),
    shape: z
      .enum(['cloudevents', 'flat'])
      .optional()
      .describe(
        'The body without a template: a CloudEvent, or with `flat` one flat object with title, severity, user, source_ip, message, anomaly_score, timestamp and more.',
      ),
    body: z.string().min(1).optional().describe('A template for the body, in the language Liquid.'),
    content_type: z
      .string()
      .regex(/^[\w.+-]+\/[\w.+-]+(?:; ?charset=utf-8)?$/i, 'expected a media type such as application/json')
      .default('application/json')
      .describe('The media type of the body, which decides how the template escapes values.'),
    headers: z
      .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is not the name of a header'), z.string())
      .default({})
      .meta({ description: 'More headers. Their values can be templates.', secret: true }),
  })
  .superRefine(({ body, shape, method, token, content_type, url, headers }, context) => {
    const fault = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    const check = (path: string[], source: string, escaping: Escaping) => {
      try {
        parseMessageTemplate(source, escaping)
      } catch (error) {
        fault(path, messageOf(error))
      }
    }
    if (hasTemplate(url)) check(['url'], url, 'form')
    if (body !== undefined) {
      check(['body'], body, escapingOf(content_type))
      if (shape !== undefined) fault(['shape'], 'give either body or shape')
      if (!hasBody(method)) fault(['body'], `${method} has no body`)
    } else if (content_type !== 'application/json') fault(['content_type'], 'needs a template in body')
    for (const [name, value] of Object.entries(headers)) {
      check(['headers', name], value, 'header')
      const known = name.toLowerCase()
      if (reservedHeaders.includes(known) || (known === 'authorization' && token !== undefined))
        fault(['headers', name], 'is set already')
    }
  })

type WebhookOptions = z.output<typeof options>

/** Sends incidents to a URL, as JSON or in any other form that a template describes. */
export const webhookSink: Component<typeof options, Sink> = {
  name: 'webhook',
  summary: 'Sends each incident to a URL, as JSON or by a template.',
  options,
  create: (webhook, { fetch, now }: Runtime) => {
    const { method, token, secret } = webhook
    const toRequest = createRequests(webhook)
    return {
      async send(notification, signal) {
        const { url, headers, body } = toRequest(notification)
        const all = {
          'idempotency-key': notification.idempotencyKey,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(secret !== undefined && { 'x-vedette-signature': sign(secret, Math.floor(now() / 1000), body ?? '') }),
          ...headers,
        }
        const answer = await post({ fetch, url, method, headers: all, ...(body !== undefined && { body }), signal })
        await answer.body?.cancel()
      },
      preview(notification) {
        const { headers, body = '' } = toRequest(notification)
        const message = escapingOf(webhook.content_type) === 'json' && body !== '' ? indent(body) : body
        if (webhook.body === undefined && method === 'POST') return message
        const shown = Object.entries(headers).map(
          ([name, value]) => `${name}: ${isSecretHeader(webhook, name) ? '***' : value}`,
        )
        return [`${method} ${new URL(webhook.url).origin}/…`, ...shown, '', message].join('\n').trimEnd()
      },
    }
  },
}

interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Parses the templates once, and returns what makes requests of them. */
const createRequests = ({ url, method, shape, body, content_type, headers }: WebhookOptions) => {
  const urlTemplate = hasTemplate(url) ? parseMessageTemplate(url, 'form') : undefined
  const bodyTemplate = body === undefined ? undefined : parseMessageTemplate(body, escapingOf(content_type))
  const headerTemplates = Object.entries(headers).map(
    ([name, value]) => [name, parseMessageTemplate(value, 'header')] as const,
  )
  const toJson = (notification: Notification) =>
    JSON.stringify(shape === 'flat' && !notification.digest ? toFlatAlert(notification) : toMessage(notification))
  return (notification: Notification): WebhookRequest => {
    const fields = toTemplateFields(notification)
    return {
      url: urlTemplate?.render(fields) ?? url,
      headers: {
        ...(hasBody(method) && { 'content-type': content_type }),
        ...Object.fromEntries(headerTemplates.map(([name, template]) => [name, template.render(fields).trim()])),
      },
      ...(hasBody(method) && { body: bodyTemplate?.render(fields) ?? toJson(notification) }),
    }
  }
}

/** Indents JSON. A template may make something else of a message that no sample is like; that is shown as it is. */
const indent = (json: string): string => {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}

const hasTemplate = (text: string): boolean => /\{[{%]/.test(text)

/** A header without a template may be a key. */
const isSecretHeader = ({ headers }: WebhookOptions, name: string): boolean => {
  const source = headers[name]
  return source !== undefined && !hasTemplate(source)
}

const hasBody = (method: WebhookOptions['method']): boolean => method !== 'GET' && method !== 'DELETE'

const escapingOf = (contentType: string): Escaping => {
  if (/[/+]json\b/i.test(contentType)) return 'json'
  if (/\/x-www-form-urlencoded\b/i.test(contentType)) return 'form'
  return /\/html\b|[/+]xml\b/i.test(contentType) ? 'markup' : 'text'
}

/** Signs time and body, to prevent changes and replays: `t=1733813700,v1=…`. */
export const sign = (secret: string, seconds: number, body: string): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
