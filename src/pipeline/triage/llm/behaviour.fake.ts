import type { FakeResponse } from '../../../intel/http-server.fake.ts'
import type { Ending } from './streams.fake.ts'

/** How a fake vendor behaves. */
export type Behaviour =
  | 'answers'
  | 'hangs'
  | 'is busy'
  | 'is busy once'
  | 'fails'
  | 'refuses the key'
  | 'talks garbage'
  | 'is no JSON'
  | 'stops half-way'
  | 'calls a tool'
  | 'declines'
  | 'breaks off'
  | 'never ends'
  | 'redirects'
  | 'streams to nobody'
  | 'stalls'

/** A quick run takes the first ones. */
export const failures: readonly Behaviour[] = [
  'is busy',
  'fails',
  'refuses the key',
  'talks garbage',
  'is no JSON',
  'stops half-way',
  'calls a tool',
  'declines',
  'breaks off',
  'never ends',
  'redirects',
  // Last, because it takes a second.
  'hangs',
]

/** A way to answer. */
export interface Voice {
  say(text: string, end: Ending): FakeResponse
  callTool(): FakeResponse
  /** Begins, and says no more. */
  stall(text: string): FakeResponse
}

interface Facts {
  readonly text: string
  /** The how many-th question it is. */
  readonly asked: number
  readonly voice: Voice
  readonly streamed: boolean
}

/** The answer of a vendor with this behaviour. */
export const behave = (behaviour: Behaviour, { text, asked, voice, streamed }: Facts): FakeResponse => {
  const error = { error: { message: 'no', type: 'error', code: 'no' }, type: 'error', message: 'no' }
  switch (behaviour) {
    case 'answers':
      return voice.say(text, 'stop')
    case 'hangs':
      return { hang: true }
    case 'stalls':
      return voice.stall(text)
    case 'streams to nobody':
      return streamed ? reply(error, 400) : voice.say(text, 'stop')
    case 'is busy':
      return reply(error, 429, { 'retry-after': '30' })
    case 'is busy once':
      return asked === 1 ? reply(error, 429, { 'retry-after-ms': '5' }) : voice.say(text, 'stop')
    case 'fails':
      return reply(error, 500)
    case 'refuses the key':
      return reply(error, 401)
    case 'talks garbage':
      return voice.say('I am sorry, here is a poem instead. {"verdict": "benign"', 'stop')
    case 'is no JSON':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>proxy</html>' }
    case 'stops half-way':
      return voice.say(text.slice(0, text.length >> 1), 'length')
    case 'calls a tool':
      return voice.callTool()
    case 'declines':
      return voice.say('I cannot help with that.', 'refusal')
    case 'breaks off':
      return { ...voice.say(text, 'stop'), cut: true }
    case 'never ends':
      return {
        status: 200,
        headers: { 'content-type': streamed ? 'text/event-stream' : 'application/json' },
        body: `${streamed ? 'data: ' : ''}"${'x'.repeat(3 * 1024 * 1024)}"`,
      }
    case 'redirects':
      return { status: 302, headers: { location: 'http://127.0.0.1:9/' } }
  }
}

/** An answer of JSON. */
export const reply = (body: unknown, status = 200, headers = {}): FakeResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
