import {
  type FakeRequest,
  type FakeResponse,
  type FakeServer,
  startFakeServer,
} from '../../../intel/http-server.fake.ts'
import { type Behaviour, behave, reply, type Voice } from './behaviour.fake.ts'
import { type Ending, type StreamWire, streamWires, usage, wantsStream } from './streams.fake.ts'

export interface Vendor {
  readonly type: string
  readonly path: string
  readonly base: string
  /** The fault of a request; undefined if a real vendor accepts it. */
  wrong(request: FakeRequest): string | undefined
  /** Its way to say a text. */
  say(text: string, end: Ending): unknown
  callTool(): unknown
}

const json = (request: FakeRequest): Record<string, unknown> => JSON.parse(request.body)

const chat = {
  say: (text: string, end: Ending) => ({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text },
        finish_reason: end === 'refusal' ? 'content_filter' : end,
      },
    ],
    usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output },
  }),
  callTool: () => ({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 't1', type: 'function', function: { name: 'close_alert', arguments: '{"id":"a1"}' } }],
        },
      },
    ],
    usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output },
  }),
  wrong: (request: FakeRequest): string | undefined => {
    const { response_format } = json(request)
    return JSON.stringify(response_format ?? '').includes('json_schema') ? undefined : 'it asks for no form'
  },
}

export const vendors: readonly Vendor[] = [
  {
    type: 'anthropic',
    path: '/v1/messages',
    base: 'v1',
    wrong: ({ headers, ...request }) =>
      headers['x-api-key'] !== 'the-key'
        ? 'its key is not there'
        : headers['anthropic-version'] === undefined
          ? 'it names no version'
          : typeof json({ headers, ...request }).max_tokens === 'number'
            ? undefined
            : 'it has no limit',
    say: (text, end) => ({
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text }],
      stop_reason: end === 'stop' ? 'end_turn' : end === 'length' ? 'max_tokens' : 'refusal',
      stop_sequence: null,
      usage: { input_tokens: usage.input, output_tokens: usage.output },
    }),
    callTool: () => ({
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'tool_use', id: 't1', name: 'close_alert', input: { id: 'a1' } }],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: usage.input, output_tokens: usage.output },
    }),
  },
  {
    type: 'openai',
    path: '/v1/responses',
    base: 'v1',
    wrong: (request) =>
      request.headers.authorization !== 'Bearer the-key'
        ? 'its key is not there'
        : json(request).store === false
          ? undefined
          : 'it lets the vendor keep it',
    say: (text, end) => ({
      id: 'r1',
      object: 'response',
      created_at: 1,
      status: end === 'length' ? 'incomplete' : 'completed',
      incomplete_details: end === 'length' ? { reason: 'max_output_tokens' } : null,
      model: 'm',
      output: [
        {
          type: 'message',
          id: 'o1',
          role: 'assistant',
          status: 'completed',
          content: [
            end === 'refusal' ? { type: 'refusal', refusal: text } : { type: 'output_text', text, annotations: [] },
          ],
        },
      ],
      usage: { input_tokens: usage.input, output_tokens: usage.output, total_tokens: usage.input + usage.output },
    }),
    callTool: () => ({
      id: 'r1',
      object: 'response',
      created_at: 1,
      status: 'completed',
      incomplete_details: null,
      model: 'm',
      output: [
        {
          type: 'function_call',
          id: 'f1',
          call_id: 't1',
          name: 'close_alert',
          arguments: '{"id":"a1"}',
          status: 'completed',
        },
      ],
      usage: { input_tokens: usage.input, output_tokens: usage.output, total_tokens: usage.input + usage.output },
    }),
  },
  {
    type: 'google',
    path: '/v1beta/models/m:generateContent',
    base: 'v1beta',
    wrong: ({ headers }) => (headers['x-goog-api-key'] === 'the-key' ? undefined : 'its key is not there'),
    say: (text, end) => ({
      candidates: [
        {
          index: 0,
          content: { role: 'model', parts: [{ text }] },
          finishReason: end === 'stop' ? 'STOP' : end === 'length' ? 'MAX_TOKENS' : 'SAFETY',
        },
      ],
      usageMetadata: {
        promptTokenCount: usage.input,
        candidatesTokenCount: usage.output,
        totalTokenCount: usage.input + usage.output,
      },
    }),
    callTool: () => ({
      candidates: [
        {
          index: 0,
          content: { role: 'model', parts: [{ functionCall: { name: 'close_alert', args: { id: 'a1' } } }] },
          finishReason: 'STOP',
        },
      ],
      usageMetadata: {
        promptTokenCount: usage.input,
        candidatesTokenCount: usage.output,
        totalTokenCount: usage.input + usage.output,
      },
    }),
  },
  {
    type: 'mistral',
    path: '/v1/chat/completions',
    base: 'v1',
    ...chat,
    wrong: (request) =>
      request.headers.authorization === 'Bearer the-key' ? chat.wrong(request) : 'its key is not there',
  },
  { type: 'openai-compatible', path: '/v1/chat/completions', base: 'v1', ...chat },
]

/** A vendor on the loopback that checks what it is asked. */
export interface RunningVendor {
  readonly wire: FakeServer
  readonly complaints: string[]
  behaviour: Behaviour
  answer: (prompt: string) => unknown
  readonly settings: Readonly<Record<string, unknown>>
}

/** Starts a vendor. It answers with `answer(question)`, complete or streamed as requested. */
export const startVendor = async (vendor: Vendor, answer: (prompt: string) => unknown): Promise<RunningVendor> => {
  const complaints: string[] = []
  const wire = streamWires[vendor.type]
  if (!wire) throw new Error(`no stream format for ${vendor.type}`)
  let asked = 0
  const respond = (request: FakeRequest): FakeResponse => {
    asked++
    const complaint = complaintAbout(request, vendor, wire)
    if (complaint !== undefined) {
      complaints.push(complaint)
      return { status: 400, body: JSON.stringify({ error: { message: complaint } }) }
    }
    const text = JSON.stringify(running.answer(request.body))
    const voice = wantsStream(request) ? inBits(wire) : inOnePiece(vendor)
    return behave(running.behaviour, { text, asked, voice, streamed: wantsStream(request) })
  }
  const running: RunningVendor = {
    wire: await startFakeServer(respond),
    complaints,
    behaviour: 'answers',
    answer,
    get settings() {
      return {
        type: vendor.type,
        model: 'm',
        base_url: `${this.wire.url}${vendor.base}`,
        ...(vendor.type !== 'openai-compatible' && { api_key: 'the-key' }),
        price: { input: 3, output: 15 },
      }
    },
  }
  return running
}

const complaintAbout = (request: FakeRequest, vendor: Vendor, wire: StreamWire): string | undefined => {
  const streamed = wantsStream(request)
  if (request.method !== 'POST' || request.path !== (streamed ? wire.path : vendor.path)) {
    return `${request.method} ${request.path} is not there`
  }
  if (Object.keys(json(request)).some((key) => /^tools?$|tool_choice|toolConfig/.test(key))) return 'it brings tools'
  return vendor.wrong(request) ?? (streamed ? wire.wrong(json(request), request.query) : undefined)
}

const inOnePiece = (vendor: Vendor): Voice => ({
  say: (text, end) => reply(vendor.say(text, end)),
  callTool: () => reply(vendor.callTool()),
  stall: () => ({ hang: true }),
})

const bitLength = 40

const inBits = (wire: StreamWire): Voice => {
  const events = (parts: readonly string[]): FakeResponse => ({
    headers: { 'content-type': 'text/event-stream' },
    parts,
  })
  const bitsOf = (text: string): readonly string[] => text.match(new RegExp(`[^]{1,${bitLength}}`, 'g')) ?? ['']
  return {
    say: (text, end) => events(wire.say(bitsOf(text), end)),
    callTool: () => events(wire.callTool()),
    stall: (text) => {
      const all = wire.say(bitsOf(text), 'stop')
      return { ...events(all.slice(0, all.length >> 1)), hang: true }
    },
  }
}
