import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  completable,
  createRequestStateCodec,
  type ElicitRequestFormParams,
  fromJsonSchema,
  type InputRequests,
  inputRequired,
  inputResponse,
  McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { sleep } from './program.ts'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA='

const text = (words: string) => ({ type: 'text' as const, text: words })
const image = { type: 'image' as const, data: png, mimeType: 'image/png' }
const says = (words: string) => ({ content: [text(words)] })
const user = <Content>(content: Content) => ({ role: 'user' as const, content })

const states = createRequestStateCodec<{ round: number }>({ key: Buffer.alloc(32, 7) })
const ask = (message: string, requestedSchema: z.ZodObject) => inputRequired.elicit({ message, requestedSchema })
const named = z.object({ name: z.string() })
const confirmed = z.object({ ok: z.boolean() })
const coloured = z.object({ color: z.string() })
const capabilities = z
  .looseObject({ elicitation: z.unknown(), sampling: z.unknown(), roots: z.unknown() })
  .partial()
  .optional()
const contextual = z.object({ context: z.string() })
const needing = (inputRequests: InputRequests, requestState?: string) =>
  inputRequired({ inputRequests, ...(requestState !== undefined && { requestState }) })

/** Creates a server with only the fixtures of the official conformance suite. */
export const createFixtureServer = (): McpServer => {
  const server = new McpServer(
    { name: 'fixtures', version: '1.0.0' },
    {
      capabilities: { logging: {}, completions: {}, resources: { subscribe: true } },
      requestState: { verify: states.verify },
    },
  )
  offerContent(server)
  offerQuestions(server)
  offerSessionQuestions(server)
  offerSchemas(server)
  offerResources(server)
  offerPrompts(server)
  return server
}

const offerContent = (server: McpServer): void => {
  const tool = (name: string, content: Parameters<typeof answers>[0]) =>
    server.registerTool(name, { description: `Answers ${name}.` }, answers(content))
  tool('test_simple_text', [text('This is a simple text response for testing.')])
  tool('test_image_content', [image])
  tool('test_audio_content', [{ type: 'audio', data: wav, mimeType: 'audio/wav' }])
  tool('test_embedded_resource', [
    {
      type: 'resource',
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    },
  ])
  tool('test_multiple_content_types', [
    text('Multiple content types test:'),
    image,
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}',
      },
    },
  ])
  server.registerTool('test_error_handling', { description: 'Always fails.' }, () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  server.registerTool('test_tool_with_logging', { description: 'Reports progress.' }, async ({ mcpReq }) => {
    for (const words of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await mcpReq.log('info', words)
      await sleep(50)
    }
    return says('Done.')
  })
  server.registerTool('test_logging_tool', { description: 'Says something to the log.' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'said')
    return says('Done.')
  })
  server.registerTool('test_tool_with_progress', { description: 'Reports progress.' }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
      }
      await sleep(50)
    }
    return says('Done.')
  })
}

type Content =
  Awaited<ReturnType<Parameters<McpServer['registerTool']>[2]>> extends infer Answer
    ? Answer extends { readonly content: infer Items }
      ? Items
      : never
    : never
const answers = (content: Content) => () => ({ content })

const offerQuestions = (server: McpServer): void => {
  const capital = inputRequired.createMessage({
    messages: [user(text('What is the capital of France?'))],
    maxTokens: 100,
  })
  const greeting = inputRequired.createMessage({ messages: [user(text('Generate a greeting'))], maxTokens: 50 })
  const round = (name: string) => `test_input_required_result_${name}`
  const description = 'Asks back.'

  server.registerTool('test_missing_capability', { description: 'Needs a client that samples.' }, () =>
    needing({ capital_question: capital }),
  )
  server.registerTool('test_streaming_elicitation', { description }, () =>
    needing({ user_name: ask('What is your name?', named) }),
  )
  server.registerTool(round('elicitation'), { description }, ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_name', named)
    return given ? says(`Hello, ${given.name}!`) : needing({ user_name: ask('What is your name?', named) })
  })
  server.registerTool(round('sampling'), { description }, ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'capital_question')
    return given.kind === 'sampling'
      ? says(JSON.stringify(given.result.content))
      : needing({ capital_question: capital })
  })
  server.registerTool(round('list_roots'), { description }, ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'client_roots')
    return given.kind === 'roots'
      ? says(given.roots.map(({ uri }) => uri).join(', '))
      : needing({ client_roots: inputRequired.listRoots() })
  })
  for (const name of ['request_state', 'tampered_state']) {
    server.registerTool(round(name), { description }, async ({ mcpReq }) =>
      mcpReq.requestState<{ round: number }>()?.round === 1 && mcpReq.inputResponses
        ? says('state-ok')
        : needing({ confirm: ask('Please confirm', confirmed) }, await states.mint({ round: 1 })),
    )
  }
  server.registerTool(round('multiple_inputs'), { description }, async ({ mcpReq }) => {
    const given = mcpReq.inputResponses
    return acceptedContent(given, 'user_name', named) && inputResponse(given, 'greeting').kind === 'sampling'
      ? says('All is there.')
      : needing(
          {
            user_name: ask('What is your name?', named),
            greeting,
            client_roots: inputRequired.listRoots(),
          },
          await states.mint({ round: 1 }),
        )
  })
  server.registerTool(round('multi_round'), { description }, async ({ mcpReq }) => {
    const reached = mcpReq.requestState<{ round: number }>()?.round ?? 0
    if (reached === 1 && acceptedContent(mcpReq.inputResponses, 'step1', named)) {
      const step2 = ask('Step 2: What is your favorite color?', coloured)
      return needing({ step2 }, await states.mint({ round: 2 }))
    }
    if (reached === 2 && acceptedContent(mcpReq.inputResponses, 'step2', coloured)) return says('Complete.')
    return needing({ step1: ask('Step 1: What is your name?', named) }, await states.mint({ round: 1 }))
  })
  server.registerTool(round('capabilities'), { description }, ({ mcpReq }) => {
    const can = z.looseObject({ [CLIENT_CAPABILITIES_META_KEY]: capabilities }).parse(mcpReq.envelope ?? {})[
      CLIENT_CAPABILITIES_META_KEY
    ]
    return needing({
      ...(can?.elicitation !== undefined && { user_name: ask('What is your name?', named) }),
      ...(can?.sampling !== undefined && { capital_question: capital }),
      ...(can?.roots !== undefined && { client_roots: inputRequired.listRoots() }),
    })
  })
  server.registerPrompt(round('prompt'), { description }, ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_context', contextual)
    return given
      ? { messages: [user(text(given.context))] }
      : needing({ user_context: ask('What context should the prompt use?', contextual) })
  })
}

/** Features that need a session: requests to the client during a call, in the stream of its response. */
const offerSessionQuestions = (server: McpServer): void => {
  const given = z.object({ prompt: z.string() })
  server.registerTool(
    'test_sampling',
    { description: 'Samples.', inputSchema: given },
    async ({ prompt }, { mcpReq }) => {
      const { content } = await mcpReq.requestSampling(
        { messages: [user(text(prompt))], maxTokens: 100 },
        { relatedRequestId: mcpReq.id },
      )
      return says(`LLM response: ${JSON.stringify(content)}`)
    },
  )
  const question = (
    name: string,
    properties: ElicitRequestFormParams['requestedSchema']['properties'],
    required: string[] = [],
  ) =>
    server.registerTool(name, { description: 'Asks the person.' }, async ({ mcpReq }) => {
      const requestedSchema = { type: 'object' as const, properties, required }
      const { action, content } = await mcpReq.elicitInput(
        { message: 'Please answer.', requestedSchema },
        { relatedRequestId: mcpReq.id },
      )
      return says(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`)
    })
  question('test_elicitation', { username: { type: 'string' }, email: { type: 'string' } }, ['username', 'email'])
  question('test_elicitation_sep1034_defaults', {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  })
  const words = (word: string) => ['1', '2', '3'].map((number) => `${word}${number}`)
  const titled = words('value').map((word) => ({ const: word, title: `Choice ${word}` }))
  question('test_elicitation_sep1330_enums', {
    untitledSingle: { type: 'string', enum: words('option') },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: { type: 'string', enum: words('opt'), enumNames: words('Option ') },
    untitledMulti: { type: 'array', items: { type: 'string', enum: words('option') } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  })
}

/** Schemas beyond ours: composed ones, and arguments repeated in headers. */
const offerSchemas = (server: McpServer): void => {
  const composed = fromJsonSchema({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  })
  server.registerTool('json_schema_2020_12_tool', { description: 'Takes what fits.', inputSchema: composed }, () =>
    says('Done.'),
  )
  const inHeader = z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }), query: z.string().optional() })
  server.registerTool('test_header_tool', { description: 'Repeats itself.', inputSchema: inHeader }, () =>
    says('Done.'),
  )
}

const offerResources = (server: McpServer): void => {
  server.server.setRequestHandler('resources/subscribe', () => ({}))
  server.server.setRequestHandler('resources/unsubscribe', () => ({}))
  const words = 'This is the content of the static text resource.'
  server.registerResource('static-text', 'test://static-text', { description: 'A text.' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'text/plain', text: words }],
  }))
  server.registerResource('static-binary', 'test://static-binary', { description: 'A picture.' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'image/png', blob: png }],
  }))
  server.registerResource('watched-resource', 'test://watched-resource', { description: 'Watched.' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'text/plain', text: 'Watched.' }],
  }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource('template', template, { description: 'By number.' }, ({ href }, { id }) => ({
    contents: [
      {
        uri: href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }))
}

const offerPrompts = (server: McpServer): void => {
  server.registerPrompt('test_simple_prompt', { description: 'Simple.' }, () => ({
    messages: [user(text('This is a simple prompt for testing.'))],
  }))
  const suggested = completable(z.string(), (begun) =>
    ['paris', 'park', 'party'].filter((one) => one.startsWith(begun)),
  )
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'With arguments.', argsSchema: z.object({ arg1: suggested, arg2: z.string() }) },
    ({ arg1, arg2 }) => ({ messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource.', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        user({
          type: 'resource' as const,
          resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        }),
        user(text('Please process the embedded resource above.')),
      ],
    }),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'With a picture.' }, () => ({
    messages: [user(image), user(text('Please analyze the image above.'))],
  }))
}
