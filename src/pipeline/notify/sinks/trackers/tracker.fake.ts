import { createServer, type IncomingMessage } from 'node:http'
import { z } from 'zod'

/** An issue as a tracker stores it. */
export interface StoredIssue {
  title: string
  description: unknown
  state: string
  readonly labels: readonly string[]
  readonly comments: unknown[]
}

interface Answer {
  readonly status: number
  readonly body?: unknown
}

type Answerer = (given: {
  readonly params: readonly string[]
  readonly body: unknown
  readonly query: URLSearchParams
}) => Answer

/** A tracker's API as its public documentation describes it. */
export interface TrackerWire {
  options(origin: string): object
  authorize(request: IncomingMessage): boolean
  /** The state of a closed issue. */
  readonly closed: string
  readonly reopened: string
  /** Whether the mark of a comment may be seen. */
  readonly showsMark?: true
  /** The calls by method and path. A group of the pattern becomes a parameter. */
  readonly calls: (
    issues: Map<string, StoredIssue>,
  ) => readonly (readonly [method: string, path: RegExp, answer: Answerer])[]
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const made = (body: unknown): Answer => ({ status: 201, body })
const missing: Answer = { status: 404, body: { message: 'Not Found' } }
const label = z.string().min(1).max(255)
/** Markdown without its code block, in which nothing has a meaning but the end. */
const proseOf = (text: string): string => text.replace(/^```text\n.*?\n```$/ms, '')
const markdown = z
  .string()
  .min(1)
  .max(65_536)
  // Of raw HTML, only the comment with the mark.
  .refine(
    (text) =>
      !proseOf(text)
        .replace(/<!-- vedette:\S+ -->$/, '')
        .includes('<'),
    'raw HTML',
  )

/** Finds an issue and answers with it, or with 404. */
const onIssue =
  (
    issues: Map<string, StoredIssue>,
    answer: (issue: StoredIssue, given: Parameters<Answerer>[0]) => Answer,
  ): Answerer =>
  (given) => {
    const issue = issues.get(given.params[0] ?? '')
    return issue ? answer(issue, given) : missing
  }

const add = (issues: Map<string, StoredIssue>, id: string, issue: Omit<StoredIssue, 'comments'>): void => {
  issues.set(id, { ...issue, comments: [] })
}

// https://docs.github.com/en/rest/issues
const github: TrackerWire = {
  options: (origin) => ({ url: origin, repository: 'acme/incidents', token: 'ghp_token', labels: ['security'] }),
  authorize: ({ headers }) =>
    headers.authorization === 'Bearer ghp_token' &&
    headers.accept === 'application/vnd.github+json' &&
    headers['x-github-api-version'] === '2022-11-28' &&
    headers['user-agent'] !== undefined,
  closed: 'closed',
  reopened: 'open',
  calls: (issues) => {
    const shown = ([number, { title, description, state }]: [string, StoredIssue]) => ({
      number: Number(number),
      title,
      body: description,
      state,
    })
    return [
      ['GET', /^\/repos\/acme\/incidents\/issues$/, () => ok([...issues].reverse().map(shown))],
      [
        'POST',
        /^\/repos\/acme\/incidents\/issues$/,
        ({ body }) => {
          const issue = z
            .strictObject({ title: z.string().min(1).max(256), body: markdown, labels: z.array(label) })
            .parse(body)
          const id = String(issues.size + 1)
          add(issues, id, { title: issue.title, description: issue.body, state: 'open', labels: issue.labels })
          return made({ number: Number(id) })
        },
      ],
      [
        'PATCH',
        /^\/repos\/acme\/incidents\/issues\/(\d+)$/,
        onIssue(issues, (issue, { body }) => {
          issue.state = z
            .union([
              z.strictObject({ state: z.literal('open'), state_reason: z.literal('reopened') }),
              z.strictObject({ state: z.literal('closed'), state_reason: z.enum(['completed', 'not_planned']) }),
            ])
            .parse(body).state
          return ok({})
        }),
      ],
      [
        'GET',
        /^\/repos\/acme\/incidents\/issues\/(\d+)\/comments$/,
        onIssue(issues, ({ comments }, { query }) => {
          z.iso.datetime().parse(query.get('since'))
          return ok(comments.map((body) => ({ id: 1, body })))
        }),
      ],
      [
        'POST',
        /^\/repos\/acme\/incidents\/issues\/(\d+)\/comments$/,
        onIssue(issues, ({ comments }, { body }) => {
          comments.push(z.strictObject({ body: markdown }).parse(body).body)
          return made({ id: comments.length })
        }),
      ],
    ]
  },
}

// https://docs.gitlab.com/api/issues and https://docs.gitlab.com/api/notes
const gitlab: TrackerWire = {
  options: (origin) => ({ url: origin, project: 'acme/incidents', token: 'glpat-token', labels: ['security'] }),
  authorize: ({ headers }) => headers['private-token'] === 'glpat-token',
  closed: 'closed',
  reopened: 'opened',
  calls: (issues) => {
    const at = '^/api/v4/projects/acme%2Fincidents/issues'
    // A line that begins with a slash is a command.
    const text = markdown.refine((given) => !/^\s*\//m.test(proseOf(given)), 'a quick action')
    return [
      [
        'GET',
        new RegExp(`${at}$`),
        () =>
          ok([...issues].reverse().map(([iid, { description, state }]) => ({ iid: Number(iid), description, state }))),
      ],
      [
        'POST',
        new RegExp(`${at}$`),
        ({ body }) => {
          const { title, description, labels } = z
            .strictObject({
              title: z.string().min(1).max(255),
              description: text,
              labels: z.string(),
              confidential: z.boolean(),
            })
            .parse(body)
          const iid = String(issues.size + 1)
          add(issues, iid, { title, description, state: 'opened', labels: labels.split(',') })
          return made({ id: 1000 + Number(iid), iid: Number(iid) })
        },
      ],
      [
        'PUT',
        new RegExp(`${at}/(\\d+)$`),
        onIssue(issues, (issue, { body }) => {
          const { state_event } = z.strictObject({ state_event: z.enum(['close', 'reopen']) }).parse(body)
          issue.state = state_event === 'close' ? 'closed' : 'opened'
          return ok({})
        }),
      ],
      [
        'GET',
        new RegExp(`${at}/(\\d+)/notes$`),
        onIssue(issues, ({ comments }) => ok(comments.toReversed().map((body) => ({ id: 1, body })))),
      ],
      [
        'POST',
        new RegExp(`${at}/(\\d+)/notes$`),
        onIssue(issues, ({ comments }, { body }) => {
          comments.push(z.strictObject({ body: text }).parse(body).body)
          return made({ id: comments.length })
        }),
      ],
    ]
  },
}

const marks = z.array(
  z.union([
    z.strictObject({ type: z.literal('strong') }),
    z.strictObject({ type: z.literal('link'), attrs: z.strictObject({ href: z.url() }) }),
  ]),
)
const adfText = z.strictObject({ type: z.literal('text'), text: z.string().min(1), marks: marks.optional() })
const paragraph = z.strictObject({ type: z.literal('paragraph'), content: z.array(adfText) })
const adf = z.strictObject({
  version: z.literal(1),
  type: z.literal('doc'),
  content: z.array(
    z.union([
      paragraph,
      z.strictObject({
        type: z.literal('codeBlock'),
        attrs: z.strictObject({ language: z.string() }),
        content: z.array(z.strictObject({ type: z.literal('text'), text: z.string().min(1) })),
      }),
      z.strictObject({
        type: z.literal('bulletList'),
        content: z.array(z.strictObject({ type: z.literal('listItem'), content: z.array(paragraph).min(1) })).min(1),
      }),
    ]),
  ),
})
/** Wiki markup in which every brace and bracket of a text is escaped. */
const wiki = z
  .string()
  .max(32_767)
  .refine(
    (text) =>
      !/(?<!\\)[{[]/.test(
        text
          .replace(/^\{noformat\}\n(?:(?!\{noformat).)*\n\{noformat\}$/ms, '')
          .replaceAll(/^\[[^\]]*\|[^\]]*\]$/gm, ''),
      ),
  )

const jira = (edition: 'cloud' | 'server'): TrackerWire => {
  const version = edition === 'cloud' ? 3 : 2
  const rich: z.ZodType = edition === 'cloud' ? adf : wiki
  const at = `^/rest/api/${version}`
  const basic = `Basic ${Buffer.from('kim@example.com:jira-token').toString('base64')}`
  const statuses: Readonly<Record<string, string>> = { 'To Do': 'new', 'In Progress': 'indeterminate', Done: 'done' }
  const statusOf = (name: string) => ({ name, statusCategory: { key: statuses[name] } })
  return {
    options: (origin) => ({
      url: origin,
      project: 'SEC',
      edition,
      token: 'jira-token',
      labels: ['security'],
      ...(edition === 'cloud' && { email: 'kim@example.com' }),
    }),
    authorize: ({ headers }) => headers.authorization === (edition === 'cloud' ? basic : 'Bearer jira-token'),
    closed: 'Done',
    reopened: 'In Progress',
    showsMark: true,
    calls: (issues) => [
      [
        'POST',
        new RegExp(`${at}/issue$`),
        ({ body }) => {
          const { fields } = z
            .strictObject({
              fields: z.strictObject({
                project: z.strictObject({ key: z.literal('SEC') }),
                issuetype: z.strictObject({ name: z.literal('Task') }),
                summary: z
                  .string()
                  .min(1)
                  .max(255)
                  .regex(/^[^\r\n]*$/),
                description: rich,
                labels: z.array(z.string().regex(/^\S+$/)),
              }),
            })
            .parse(body)
          const key = `SEC-${issues.size + 1}`
          const { summary, description, labels } = fields
          add(issues, key, { title: summary, description, state: 'To Do', labels })
          return made({ id: '10000', key })
        },
      ],
      [
        'POST',
        new RegExp(`${at}/search${edition === 'cloud' ? '/jql' : ''}$`),
        ({ body }) => {
          const { jql } = z
            .strictObject({ jql: z.string(), maxResults: z.int(), fields: z.array(z.string()).min(1) })
            .parse(body)
          const [, wanted] = /^project = "SEC" AND labels = "([^"\s]+)"$/.exec(jql) ?? []
          const found = [...issues].filter(([, { labels }]) => wanted !== undefined && labels.includes(wanted))
          return ok({ issues: found.map(([key]) => ({ key })) })
        },
      ],
      [
        'GET',
        new RegExp(`${at}/issue/(SEC-\\d+)$`),
        onIssue(issues, ({ state }) => ok({ fields: { status: statusOf(state) } })),
      ],
      [
        'GET',
        new RegExp(`${at}/issue/(SEC-\\d+)/transitions$`),
        // Only the transitions that the workflow allows from here.
        onIssue(issues, ({ state }) =>
          ok({
            transitions: Object.keys(statuses)
              .filter((name) => name !== state && !(state === 'Done' && name === 'To Do'))
              .map((name, i) => ({ id: String(i), name: `To ${name}`, to: statusOf(name) })),
          }),
        ),
      ],
      [
        'POST',
        new RegExp(`${at}/issue/(SEC-\\d+)/transitions$`),
        onIssue(issues, (issue, { body }) => {
          const { transition } = z.strictObject({ transition: z.strictObject({ id: z.string() }) }).parse(body)
          const names = Object.keys(statuses).filter(
            (name) => name !== issue.state && !(issue.state === 'Done' && name === 'To Do'),
          )
          issue.state = names[Number(transition.id)] ?? issue.state
          return { status: 204 }
        }),
      ],
      [
        'GET',
        new RegExp(`${at}/issue/(SEC-\\d+)/comment$`),
        onIssue(issues, ({ comments }) => ok({ comments: comments.map((body) => ({ body })) })),
      ],
      [
        'POST',
        new RegExp(`${at}/issue/(SEC-\\d+)/comment$`),
        onIssue(issues, ({ comments }, { body }) => {
          comments.push(z.strictObject({ body: rich }).parse(body).body)
          return made({ id: '1' })
        }),
      ],
    ],
  }
}

// https://docs.strangebee.com/thehive/api-docs
const thehive = (kind: 'alert' | 'case'): TrackerWire => {
  const entry = z.strictObject({
    title: z.string().min(1).max(512),
    description: markdown,
    severity: z.int().min(1).max(4),
    tlp: z.int().min(0).max(4),
    tags: z.array(label),
    ...(kind === 'alert' && {
      type: z.string().min(1).max(32),
      source: z.string().min(1).max(64),
      sourceRef: z.string().min(1).max(128),
      externalLink: z.url().optional(),
      observables: z.array(z.strictObject({ dataType: z.literal('ip'), data: z.union([z.ipv4(), z.ipv6()]) })),
    }),
  })
  const states = kind === 'alert' ? ['New', 'Ignored'] : ['New', 'InProgress', 'TruePositive', 'FalsePositive', 'Other']
  const get = kind === 'alert' ? 'getAlert' : 'getCase'
  const byTag = z.strictObject({
    query: z.tuple([
      z.strictObject({ _name: z.literal(kind === 'alert' ? 'listAlert' : 'listCase') }),
      z.strictObject({
        _name: z.literal('filter'),
        _eq: z.strictObject({ _field: z.literal('tags'), _value: z.string() }),
      }),
      z.strictObject({ _name: z.literal('page'), from: z.int(), to: z.int() }),
    ]),
  })
  const ofEntry = z.strictObject({
    query: z.tuple([
      z.strictObject({ _name: z.literal(get), idOrName: z.string() }),
      z.strictObject({ _name: z.literal('comments') }),
      z.strictObject({ _name: z.literal('page'), from: z.int(), to: z.int() }),
    ]),
  })
  const at = `^/api/v1/${kind}`
  return {
    options: (origin) => ({ url: origin, api_key: 'hive-key', create: kind, tags: ['security'] }),
    authorize: ({ headers }) => headers.authorization === 'Bearer hive-key',
    closed: kind === 'alert' ? 'Ignored' : 'TruePositive',
    reopened: kind === 'alert' ? 'New' : 'InProgress',
    calls: (issues) => [
      [
        'POST',
        new RegExp(`${at}$`),
        ({ body }) => {
          const { title, description, tags } = entry.parse(body)
          if (kind === 'alert' && [...issues.values()].some(({ labels }) => labels[0] === tags[0])) {
            return { status: 400, body: { type: 'CreateError', message: 'Alert already exists' } }
          }
          const id = `~${(issues.size + 1) * 4096}`
          add(issues, id, { title, description, state: 'New', labels: tags })
          return made({ _id: id, _type: kind === 'alert' ? 'Alert' : 'Case' })
        },
      ],
      [
        'POST',
        /^\/api\/v1\/query$/,
        ({ body }) => {
          const listed = byTag.safeParse(body)
          if (listed.success) {
            const tag = listed.data.query[1]._eq._value
            return ok([...issues].filter(([, { labels }]) => labels.includes(tag)).map(([_id]) => ({ _id })))
          }
          const comments = issues.get(ofEntry.parse(body).query[0].idOrName)?.comments ?? []
          return ok(comments.map((message) => ({ _id: '~1', message })))
        },
      ],
      ['GET', new RegExp(`${at}/(~\\d+)$`), onIssue(issues, (_issue, { params }) => ok({ _id: params[0] }))],
      [
        'POST',
        new RegExp(`${at}/(~\\d+)/comment$`),
        onIssue(issues, ({ comments }, { body }) => {
          comments.push(z.strictObject({ message: markdown }).parse(body).message)
          return made({ _id: '~1' })
        }),
      ],
      [
        'PATCH',
        new RegExp(`${at}/(~\\d+)$`),
        onIssue(issues, (issue, { body }) => {
          issue.state = z.strictObject({ status: z.enum(states), severity: z.int().min(1).max(4) }).parse(body).status
          return { status: 204 }
        }),
      ],
    ],
  }
}

/** The trackers, by name and by the type of their sink. */
export const trackers: readonly (readonly [name: string, type: string, wire: TrackerWire])[] = [
  ['GitHub', 'github', github],
  ['GitLab', 'gitlab', gitlab],
  ['Jira Cloud', 'jira', jira('cloud')],
  ['Jira Server', 'jira', jira('server')],
  ['TheHive alerts', 'thehive', thehive('alert')],
  ['TheHive cases', 'thehive', thehive('case')],
]

/** Opens a server that speaks a tracker's API, and refuses what the tracker refuses. */
export const openTracker = async ({ options, authorize, calls }: TrackerWire) => {
  const issues = new Map<string, StoredIssue>()
  const refusals: string[] = []
  /** The statuses of the next changes, which are made although their answers are lost. */
  const failures: number[] = []
  const table = calls(issues)
  const answer = (request: IncomingMessage, sent: string): Answer => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://tracker')
    if (!authorize(request)) return { status: 401, body: { message: 'Bad credentials' } }
    for (const [method, path, respond] of table) {
      const match = path.exec(pathname)
      if (!match || method !== request.method) continue
      if (method !== 'GET' && request.headers['content-type'] !== 'application/json') return { status: 415 }
      return respond({ params: match.slice(1), body: sent === '' ? undefined : JSON.parse(sent), query })
    }
    return { status: 404, body: { message: `unknown call ${request.method} ${pathname}` } }
  }
  const server = createServer(async (request, response) => {
    request.setEncoding('utf8')
    const sent = (await request.toArray()).join('')
    let answered: Answer
    try {
      answered = answer(request, sent)
    } catch (error) {
      answered = { status: 400, body: { message: error instanceof Error ? error.message : '' } }
    }
    const { status, body } = answered
    if (status >= 400 && !(status === 404 && issues.size === 0)) refusals.push(JSON.stringify(body))
    const isChange = status === 201 || status === 204 || request.method === 'PATCH' || request.method === 'PUT'
    const failure = isChange ? failures.shift() : undefined
    if (failure) return void response.writeHead(failure).end()
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(body === undefined ? '' : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const origin = `http://127.0.0.1:${port}`
  return {
    issues,
    refusals,
    failures,
    options: options(origin),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
