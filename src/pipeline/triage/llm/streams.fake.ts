import type { FakeRequest } from '../../../intel/http-server.fake.ts'

export type Ending = 'stop' | 'length' | 'refusal'

/** How a vendor streams a text: the events of its protocol. */
export interface StreamWire {
  readonly path: string
  /** The fault of a request; undefined if a real vendor accepts it. */
  wrong(request: Readonly<Record<string, unknown>>, query: URLSearchParams): string | undefined
  say(bits: readonly string[], end: Ending): readonly string[]
  callTool(): readonly string[]
}

export const usage = { input: 1_000, output: 100 }

/** Whether a request asks for a streamed answer, as its vendor defines it. */
export const wantsStream = ({ path, body }: FakeRequest): boolean =>
  path.endsWith(':streamGenerateContent') || JSON.parse(body).stream === true

const data = (event: unknown): string => `data: ${JSON.stringify(event)}\n\n`
const named = (event: { readonly type: string; readonly sequence_number?: number }): string =>
  `event: ${event.type}\n${data(event)}`
const streams = ({ stream }: Readonly<Record<string, unknown>>) =>
  stream === true ? undefined : 'it asks for no stream'

const anthropicMessage = (content: readonly unknown[], stop_reason: string): readonly string[] =>
  [
    {
      type: 'message_start',
      message: {
        id: 'm1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: usage.input, output_tokens: 1 },
      },
    },
    ...content.map((part) => Object.assign({ type: '', index: 0 }, part)),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: usage.output } },
    { type: 'message_stop' },
  ].map(named)

const anthropic: StreamWire = {
  path: '/v1/messages',
  wrong: streams,
  say: (bits, end) =>
    anthropicMessage(
      [
        { type: 'content_block_start', content_block: { type: 'text', text: '' } },
        ...bits.map((text) => ({ type: 'content_block_delta', delta: { type: 'text_delta', text } })),
      ],
      { stop: 'end_turn', length: 'max_tokens', refusal: 'refusal' }[end],
    ),
  callTool: () =>
    anthropicMessage(
      [
        {
          type: 'content_block_start',
          content_block: { type: 'tool_use', id: 't1', name: 'close_alert', input: {} },
        },
        { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '{"id":"a1"}' } },
      ],
      'tool_use',
    ),
}

const response = (status: string, more: object = {}) => ({
  id: 'r1',
  object: 'response',
  created_at: 1,
  model: 'm',
  status,
  ...more,
})
const spent = { input_tokens: usage.input, output_tokens: usage.output, total_tokens: usage.input + usage.output }

const openaiResponse = (item: object, bits: readonly object[], done: object, end: Ending): readonly string[] =>
  [
    { type: 'response.created', response: response('in_progress') },
    { type: 'response.output_item.added', output_index: 0, item },
    ...bits.map((bit) => Object.assign({ type: '', item_id: 'o1', output_index: 0, content_index: 0 }, bit)),
    { type: 'response.output_item.done', output_index: 0, item: { ...item, ...done } },
    end === 'length'
      ? {
          type: 'response.incomplete',
          response: response('incomplete', { incomplete_details: { reason: 'max_output_tokens' }, usage: spent }),
        }
      : { type: 'response.completed', response: response('completed', { incomplete_details: null, usage: spent }) },
  ].map((event, i) => named({ ...event, sequence_number: i }))

const openai: StreamWire = {
  path: '/v1/responses',
  wrong: streams,
  say: (bits, end) => {
    const [kind, key] = end === 'refusal' ? (['refusal', 'refusal'] as const) : (['output_text', 'text'] as const)
    return openaiResponse(
      { type: 'message', id: 'o1', role: 'assistant', status: 'in_progress', content: [] },
      bits.map((delta) => ({ type: `response.${kind}.delta`, delta })),
      { status: 'completed', content: [{ type: kind, [key]: bits.join(''), annotations: [] }] },
      end,
    )
  },
  callTool: () => {
    const args = '{"id":"a1"}'
    return openaiResponse(
      { type: 'function_call', id: 'o1', call_id: 't1', name: 'close_alert', arguments: '', status: 'in_progress' },
      [{ type: 'response.function_call_arguments.delta', delta: args }],
      { arguments: args, status: 'completed' },
      'stop',
    )
  },
}

const candidate = (parts: readonly unknown[], finishReason?: string): string =>
  data({
    candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
    usageMetadata: {
      promptTokenCount: usage.input,
      candidatesTokenCount: usage.output,
      totalTokenCount: usage.input + usage.output,
    },
  })

const google: StreamWire = {
  path: '/v1beta/models/m:streamGenerateContent',
  wrong: (_request, query) => (query.get('alt') === 'sse' ? undefined : 'it does not ask for events'),
  say: (bits, end) =>
    bits.map((text, i) =>
      candidate(
        [{ text }],
        i < bits.length - 1 ? undefined : { stop: 'STOP', length: 'MAX_TOKENS', refusal: 'SAFETY' }[end],
      ),
    ),
  callTool: () => [candidate([{ functionCall: { name: 'close_alert', args: { id: 'a1' } } }], 'STOP')],
}

const chunk = (delta: object, finish_reason: string | null = null, more: object = {}): string =>
  data({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
    ...more,
  })
const tokens = {
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
}
const done = 'data: [DONE]\n\n'

/** `usageApart`: the usage is in a last event without a choice if requested, otherwise in the last choice. */
const chat = (usageApart: boolean): StreamWire => {
  const close = (finish: string): readonly string[] => [
    chunk({}, finish, usageApart ? {} : { usage: tokens }),
    ...(usageApart
      ? [data({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: tokens })]
      : []),
    done,
  ]
  return {
    path: '/v1/chat/completions',
    wrong: (request) => {
      const options = JSON.stringify(request.stream_options ?? {})
      return usageApart && options !== '{"include_usage":true}' ? 'it does not ask what is used' : streams(request)
    },
    say: (bits, end) => [
      chunk({ role: 'assistant', content: '' }),
      ...bits.map((content) => chunk({ content })),
      ...close(end === 'refusal' ? 'content_filter' : end),
    ],
    callTool: () => [
      chunk({
        role: 'assistant',
        tool_calls: [
          { index: 0, id: 't1', type: 'function', function: { name: 'close_alert', arguments: '{"id":"a1"}' } },
        ],
      }),
      ...close('tool_calls'),
    ],
  }
}

/** The wires of the vendors, by their types. */
export const streamWires: Readonly<Record<string, StreamWire>> = {
  anthropic,
  google,
  mistral: chat(false),
  openai,
  'openai-compatible': chat(true),
}
