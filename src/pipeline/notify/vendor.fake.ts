import { createServer, type IncomingMessage } from 'node:http'
import { z } from 'zod'

/** A vendor's API as its public documentation describes it. */
export interface Vendor {
  /** Options of the sink for a server at `origin`. */
  options(origin: string): object
  /** The requests it accepts, by method and path. */
  readonly requests: Readonly<Record<string, z.ZodType>>
  /** Returns the fault of the credentials of a request; undefined if there is none. */
  authorize?(request: IncomingMessage, body: unknown): string | undefined
  readonly accepted: { readonly status: number; readonly body: string }
  /** The answer to too many requests. It asks for a pause of 17 s. */
  readonly limited: { readonly headers: Readonly<Record<string, string>>; readonly body: string }
  /** The longest body in bytes. */
  readonly longestBody: number
}

/** A text without control characters; `most` counts UTF-16 code units. */
const text = (most: number) => z.string().min(1).max(most)
const color = z.string().regex(/^#[\da-f]{6}$/i)
const httpUrl = z.url({ protocol: /^https?$/ })

const embed = z
  .strictObject({
    title: text(256),
    url: httpUrl.optional(),
    description: text(4096),
    color: z.int().min(0).max(0xffffff),
    fields: z.array(z.strictObject({ name: text(256), value: text(1024), inline: z.boolean().optional() })).max(25),
    footer: z.strictObject({ text: text(2048) }),
    timestamp: z.iso.datetime(),
  })
  .refine(
    ({ title, description, fields, footer }) =>
      [title, description, footer.text, ...fields.flatMap(({ name, value }) => [name, value])].join('').length <= 6000,
    'an embed has at most 6000 characters',
  )

const run = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string().min(1),
  weight: z.enum(['Lighter', 'Default', 'Bolder']).optional(),
  size: z.enum(['Small', 'Default', 'Medium', 'Large', 'ExtraLarge']).optional(),
  fontType: z.enum(['Default', 'Monospace']).optional(),
  isSubtle: z.boolean().optional(),
})
const block = z.strictObject({ type: z.literal('RichTextBlock'), inlines: z.array(run).min(1) })
const card = z.strictObject({
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
  type: z.literal('AdaptiveCard'),
  version: z.literal('1.4'),
  msteams: z.strictObject({ width: z.literal('Full') }),
  body: z.array(
    z.union([
      block,
      z.strictObject({
        type: z.literal('Container'),
        style: z.enum(['default', 'emphasis', 'good', 'attention', 'warning', 'accent']),
        bleed: z.boolean(),
        items: z.array(block),
      }),
    ]),
  ),
  actions: z.array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string(), url: httpUrl })).optional(),
})

/** Whether a text is HTML as Telegram parses it: known tags, balanced, and nothing else between angle brackets. */
const isTelegramHtml = (html: string): boolean => {
  const open: string[] = []
  for (const [, closing, tag, rest] of html.matchAll(/<(\/?)([a-z]*)([^>]*)>?/g)) {
    if (!['b', 'i', 'pre'].includes(tag ?? '') || rest !== '') return false
    if (!closing) open.push(tag ?? '')
    else if (open.pop() !== tag) return false
  }
  return open.length === 0 && !/&(?!(?:lt|gt|amp|quot);)/.test(html)
}

const severity = z.enum(['critical', 'error', 'warning', 'info'])
const routingKey = 'R0123456789abcdefghijklmnopqrstu'.slice(0, 32)
const dedupKey = text(255)
const note = z.strictObject({ source: text(100), note: text(25_000) })
const priority = z.enum(['P1', 'P2', 'P3', 'P4', 'P5'])
const alias = 'vedette-i1'
const wantHeader =
  (name: string, value: string) =>
  ({ headers }: IncomingMessage): string | undefined =>
    headers[name] === value ? undefined : `the header ${name} is wrong`
const retryAfterHeader = { headers: { 'retry-after': '17' }, body: '' }

/** The services that people use, by the `type` of their sink. */
export const vendors: Readonly<Record<string, Vendor>> = {
  // https://discord.com/developers/docs/resources/webhook#execute-webhook
  discord: {
    options: (origin) => ({ url: `${origin}/api/webhooks/1/secret-of-the-webhook` }),
    requests: {
      'POST /api/webhooks/1/secret-of-the-webhook': z.strictObject({
        username: text(80).refine((name) => !/clyde|discord/i.test(name)),
        allowed_mentions: z.strictObject({ parse: z.array(z.never()) }),
        embeds: z.array(embed).max(10),
      }),
    },
    accepted: { status: 204, body: '' },
    limited: { headers: {}, body: '{"message":"You are being rate limited.","retry_after":16.2,"global":false}' },
    longestBody: 8_000_000,
  },
  // https://developers.mattermost.com/integrate/webhooks/incoming
  mattermost: {
    options: (origin) => ({ url: `${origin}/hooks/abc`, channel: 'alerts' }),
    requests: {
      'POST /hooks/abc': z.strictObject({
        channel: z.literal('alerts'),
        attachments: z.array(
          z.strictObject({
            fallback: z.string(),
            color,
            title: z.string(),
            title_link: httpUrl.optional(),
            text: z.string().max(16_383),
            fields: z.array(z.strictObject({ title: z.string(), value: z.string(), short: z.boolean() })),
            footer: z.string().max(300),
          }),
        ),
      }),
    },
    accepted: { status: 200, body: 'ok' },
    limited: retryAfterHeader,
    longestBody: 300_000,
  },
  // https://docs.ntfy.sh/publish/#publish-as-json
  ntfy: {
    options: (origin) => ({ url: origin, topic: 'alerts', token: 'tk_1' }),
    requests: {
      'POST /': z.strictObject({
        topic: z.literal('alerts'),
        title: z.string().min(1),
        message: z
          .string()
          .min(1)
          .refine((message) => Buffer.byteLength(message) <= 4096),
        priority: z.int().min(1).max(5),
        tags: z.array(z.string()),
        click: httpUrl.optional(),
        actions: z
          .array(z.strictObject({ action: z.literal('view'), label: z.string(), url: httpUrl }))
          .max(3)
          .optional(),
      }),
    },
    authorize: wantHeader('authorization', 'Bearer tk_1'),
    accepted: { status: 200, body: '{"id":"x","event":"message"}' },
    limited: { headers: { 'retry-after': '17' }, body: '{"code":42901,"http":429,"error":"limit reached"}' },
    longestBody: 32_000,
  },
  // https://docs.opsgenie.com/docs/alert-api
  opsgenie: {
    options: (origin) => ({ url: origin, api_key: 'a-key' }),
    requests: {
      'POST /v2/alerts': z.strictObject({
        message: text(130),
        alias: text(512),
        description: text(15_000),
        priority,
        source: text(100),
        tags: z.array(text(50)).max(20),
        details: z.record(z.string(), z.string()).refine((details) => JSON.stringify(details).length <= 8000),
      }),
      [`POST /v2/alerts/${alias}/close?identifierType=alias`]: note,
      'POST /v2/alerts/vedette-test-t1/close?identifierType=alias': note,
      [`PUT /v2/alerts/${alias}/priority?identifierType=alias`]: z.strictObject({ priority }),
    },
    authorize: wantHeader('authorization', 'GenieKey a-key'),
    accepted: { status: 202, body: '{"result":"Request will be processed"}' },
    limited: { headers: { 'retry-after': '17' }, body: '{"message":"You are making too many requests!"}' },
    longestBody: 1_000_000,
  },
  // https://developer.pagerduty.com/docs/send-alert-event
  pagerduty: {
    options: (origin) => ({ url: `${origin}/v2/enqueue`, routing_key: routingKey }),
    requests: {
      'POST /v2/enqueue': z.discriminatedUnion('event_action', [
        z.strictObject({ routing_key: z.literal(routingKey), event_action: z.literal('resolve'), dedup_key: dedupKey }),
        z.strictObject({
          routing_key: z.literal(routingKey),
          event_action: z.literal('trigger'),
          dedup_key: dedupKey,
          client: z.string().optional(),
          client_url: httpUrl.optional(),
          links: z.array(z.strictObject({ href: httpUrl, text: z.string() })).optional(),
          payload: z.strictObject({
            summary: text(1024),
            source: text(1024),
            severity,
            timestamp: z.iso.datetime(),
            class: z.string(),
            custom_details: z.record(z.string(), z.unknown()),
          }),
        }),
      ]),
    },
    accepted: { status: 202, body: '{"status":"success","message":"Event processed","dedup_key":"x"}' },
    limited: retryAfterHeader,
    longestBody: 512 * 1024,
  },
  // https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
  teams: {
    options: (origin) => ({ url: `${origin}/workflows/1?sig=a-signature` }),
    requests: {
      'POST /workflows/1?sig=a-signature': z.strictObject({
        type: z.literal('message'),
        attachments: z.tuple([
          z.strictObject({
            contentType: z.literal('application/vnd.microsoft.card.adaptive'),
            contentUrl: z.null(),
            content: card,
          }),
        ]),
      }),
    },
    accepted: { status: 202, body: '' },
    limited: retryAfterHeader,
    longestBody: 28 * 1024,
  },
  // https://core.telegram.org/bots/api#sendmessage
  telegram: {
    options: (origin) => ({ url: origin, token: '123:abc', chat: -100123 }),
    requests: {
      'POST /bot123:abc/sendMessage': z.strictObject({
        chat_id: z.literal(-100123),
        text: text(4096).refine(isTelegramHtml, "can't parse entities"),
        parse_mode: z.literal('HTML'),
        link_preview_options: z.strictObject({ is_disabled: z.literal(true) }),
        reply_markup: z
          .strictObject({ inline_keyboard: z.array(z.array(z.strictObject({ text: z.string(), url: httpUrl }))) })
          .optional(),
      }),
    },
    accepted: { status: 200, body: '{"ok":true,"result":{"message_id":7}}' },
    limited: {
      headers: {},
      body: '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}',
    },
    longestBody: 1_000_000,
  },
  // https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
  alertmanager: {
    options: (origin) => ({ url: `${origin}/am/`, token: 'a-token', labels: { team: 'infra' } }),
    requests: {
      'POST /am/api/v2/alerts': z.array(
        z.strictObject({
          labels: z
            .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string().min(1))
            .refine(({ alertname, team }) => alertname !== undefined && team === 'infra'),
          annotations: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string().min(1)),
          startsAt: z.iso.datetime(),
          endsAt: z.iso.datetime(),
          generatorURL: httpUrl.optional(),
        }),
      ),
    },
    authorize: wantHeader('authorization', 'Bearer a-token'),
    accepted: { status: 200, body: '' },
    limited: retryAfterHeader,
    longestBody: 1_000_000,
  },
}

/** An accepted request. */
export interface VendorCall {
  readonly call: string
  readonly body: unknown
}

/** Opens a server that speaks a vendor's API, and refuses what the vendor refuses. */
export const openVendor = async ({ requests, authorize, accepted, limited, longestBody }: Vendor) => {
  const calls: VendorCall[] = []
  const refusals: string[] = []
  const state = { isLimited: false }
  const server = createServer(async (request, response) => {
    const refuse = (status: number, message: string) => {
      refusals.push(message)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
    }
    request.setEncoding('utf8')
    const sent = (await request.toArray()).join('')
    if (state.isLimited) {
      response.writeHead(429, { 'content-type': 'application/json', ...limited.headers }).end(limited.body)
      return
    }
    const call = `${request.method} ${request.url}`
    const schema = requests[call]
    if (!schema) return refuse(404, `unknown call ${call}`)
    if (Buffer.byteLength(sent) > longestBody) return refuse(413, `${sent.length} characters are too many`)
    if (request.headers['content-type'] !== 'application/json') return refuse(415, 'not JSON')
    const body: unknown = JSON.parse(sent)
    const denial = authorize?.(request, body)
    if (denial) return refuse(401, denial)
    const parsed = schema.safeParse(body)
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error))
    calls.push({ call, body })
    response.writeHead(accepted.status).end(accepted.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    origin: `http://127.0.0.1:${port}`,
    calls,
    refusals,
    state,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
