import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { adminToken, freePort, type Server, scratch, sleep, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const folder = scratch()
let server: Server
let router = ''
const asked: Record<string, unknown>[] = []
let status = 200
/** A model with a chat completions API; it rejects the same requests as the vendors. */
const vendor = createServer((request, response) => {
  let text = ''
  request.on('data', (part) => {
    text += part
  })
  request.on('end', () => {
    const body = z
      .object({
        model: z.literal('qwen3-max'),
        messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
        temperature: z.number(),
        top_p: z.number(),
        max_tokens: z.number(),
      })
      .safeParse(JSON.parse(text))
    const fits = request.method === 'POST' && request.url === '/v1/chat/completions' && body.success
    if (body.success) asked.push(body.data)
    response.writeHead(fits ? status : 400, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        id: 'c1',
        object: 'chat.completion',
        created: 1,
        model: 'qwen3-max',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Patch it.' }, finish_reason: 'length' }],
        usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
      }),
    )
  })
})

beforeAll(async () => {
  const port = await freePort()
  await new Promise<void>((done) => vendor.listen(port, '127.0.0.1', done))
  const model = { type: 'openai-compatible', base_url: `http://127.0.0.1:${port}/v1`, price: { input: 1, output: 2 } }
  server = await startServer({
    dataDir: join(folder.path, 'data'),
    port: await freePort(),
    env: {
      VEDETTE_COMPAT_PORTS: 'llm-router:0',
      VEDETTE_TRIAGE_LLM_PROVIDERS: JSON.stringify([
        { ...model, name: 'qwen', model: 'qwen3-max' },
        { ...model, name: 'gone', model: 'deepseek-v3', base_url: 'http://127.0.0.1:1/v1' },
        { ...model, name: 'watching', model: 'shadow', shadow: true },
      ]),
    },
  })
  for (let i = 0; router === '' && i < 200; i++) {
    router = /llm-router clients without a token may send and read at (http:\S+)/.exec(server.output())?.[1] ?? ''
    await sleep(25)
  }
}, 40_000)
afterAll(async () => {
  await server.stop()
  vendor.close()
  folder.remove()
})

const ask = async (path: string, body?: object, token?: string) => {
  const answer = await fetch(`${router}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  return {
    status: answer.status,
    body: z
      .looseObject({ data: z.unknown() })
      .partial()
      .parse(await answer.json()),
  }
}
const talk = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Log4j?' },
  { role: 'assistant', content: 'Yes.' },
  { role: 'user', content: 'What now?' },
]

it(keeps('triage.router'), async () => {
  const { body } = await ask('/api/v1/models')
  expect(body).toMatchObject({ success: true, meta: { request_id: expect.any(String), version: expect.any(String) } })
  expect(Object.keys(z.record(z.string(), z.unknown()).parse(body.data))).toEqual(['qwen3-max', 'deepseek-v3'])
  expect((await ask('/api/v1/capabilities/qwen3-max')).body.data).toEqual({
    model: 'qwen3-max',
    provider: 'qwen',
    max_context: null,
    supports_streaming: true,
    cost_per_1k_tokens: 0.002,
    speed: null,
    reasoning_quality: null,
    best_for: ['triage', 'analysis', 'summarization', 'classification', 'code_review', 'general'],
  })
  const none = await ask('/api/v1/capabilities/gpt-9')
  expect(none).toMatchObject({ status: 404, body: { success: false, error: { code: 'NOT_FOUND' } } })
  expect((await ask('/api/v1/route', { task_type: 'triage', messages: talk })).body.data).toEqual({
    selected_provider: 'qwen',
    selected_model: 'qwen3-max',
    reason: expect.any(String),
    confidence: 1,
    fallback_used: false,
    alternatives: ['deepseek-v3'],
  })
  expect((await ask('/api/v1/route', { messages: talk, model: 'deepseek-v3' })).body.data).toMatchObject({
    selected_provider: 'gone',
  })
  expect((await ask('/api/v1/route', { messages: talk, model: 'watching' })).status).toBe(404)
  expect((await ask('/api/v1/route', { messages: [] })).status).toBe(400)
  expect((await ask('/health')).body).toMatchObject({ status: 'healthy', service: 'llm-router' })
  expect(asked).toEqual([])
})

it(keeps('triage.chat'), async () => {
  const question = {
    task_type: 'analysis',
    messages: talk,
    temperature: 0.1,
    max_tokens: 50,
    metadata: { a: 1 },
    stream: false,
  }
  const stranger = await ask('/api/v1/chat/completions', question)
  expect(stranger).toMatchObject({ status: 401, body: { success: false } })
  const { status: code, body } = await ask('/api/v1/chat/completions', question, adminToken)
  expect(code).toBe(200)
  expect(body.data).toEqual({
    id: expect.any(String),
    object: 'chat.completion',
    created: expect.any(Number),
    model: 'qwen3-max',
    provider: 'qwen',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Patch it.' }, finish_reason: 'length' }],
    usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    routing_decision: expect.objectContaining({ selected_model: 'qwen3-max', fallback_used: false }),
  })
  expect(asked).toEqual([{ model: 'qwen3-max', messages: talk, temperature: 0.1, top_p: 0.9, max_tokens: 50 }])
  // It is asked, and paid for, each time.
  await ask('/api/v1/chat/completions', question, adminToken)
  expect(asked.length).toBe(2)
  const usage = await (await server.ask('/api/v1/triage/models')).json()
  expect(usage).toMatchObject({ calls: [{ provider: 'qwen', calls: 2, input_tokens: 24, output_tokens: 6 }] })

  for (const wrong of [{ ...question, max_tokens: 40_000 }, { messages: 'x' }]) {
    expect((await ask('/api/v1/chat/completions', wrong, adminToken)).status).toBe(400)
  }
  const gone = await ask('/api/v1/chat/completions', { ...question, model: 'gone' }, adminToken)
  expect(gone).toMatchObject({
    status: 503,
    body: { success: false, error: { message: expect.stringContaining('gone') } },
  })
  const onMain = await server.ask('/api/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
  })
  expect(onMain.status).toBe(200)
  status = 401
  expect((await ask('/api/v1/chat/completions', question, adminToken)).status).toBe(503)
})

it(keeps('triage.chat-stream'), async () => {
  status = 200
  const answer = await fetch(`${router}/api/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
    body: JSON.stringify({ messages: talk, model: 'qwen', stream: true }),
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  const lines = (await answer.text()).split('\n\n').filter((line) => line !== '')
  expect(lines.pop()).toBe('data: [DONE]')
  const chunks = lines.map((line) => z.looseObject({}).parse(JSON.parse(line.replace('data: ', ''))))
  expect(chunks).toMatchObject([
    { object: 'chat.completion.chunk', choices: [{ delta: { role: 'assistant', content: 'Patch it.' } }] },
    { choices: [{ delta: {}, finish_reason: 'length' }] },
    { choices: [], usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } },
  ])
  const refused = await ask('/api/v1/chat/completions', { messages: [], stream: true }, adminToken)
  expect(refused.status).toBe(400)
})
