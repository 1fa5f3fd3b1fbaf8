import { expect, it } from 'vitest'
import { assessAlert } from '../../pipeline/triage/assess.ts'
import { someAlert, someSurroundings } from '../../pipeline/triage/triager.conformance.ts'
import type { ModelOpinion } from '../../schema/triage/triage-result.ts'
import { runFake } from '../cli.fake.ts'

const opinion: ModelOpinion = {
  status: 'answered',
  reason: null,
  provider: 'local',
  model: 'qwen3',
  prompt: 'triage@1',
  input_hash: 'h',
  input_tokens: 10,
  output_tokens: 5,
  cost_usd: 0,
  duration_ms: 1_000,
  redactions: 2,
  secrets: 0,
  claims_dropped: 0,
  dropped: [],
  verdict: 'suspicious',
  risk_level: 'medium',
  summary: '286 logins failed. [s1]',
  claims: [],
  proposed: [],
  details: {},
  raised: null,
  suspected_injection: [],
  attempts: [],
  asked_at: '2026-01-05T08:00:00.000Z',
}
const draft = (summary: string[]) => ({ provider: 'local', model: 'qwen3', summary, claims: [] })
const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

const streaming =
  (...events: readonly string[]): typeof fetch =>
  async (url, init) => {
    expect(new URL(String(url)).pathname).toBe('/api/v1/alerts/a1/opinion')
    expect(new Headers(init?.headers).get('accept')).toBe('text/event-stream')
    // Split in the middle of an event.
    const text = events.join('')
    const body = new Blob([text.slice(0, 30), text.slice(30)]).stream()
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }

const alert = someAlert({ triage: assessAlert(someAlert(), 0, someSurroundings()) })

it('vedette triage ask streams the answer, then prints it verified', async () => {
  const { code, out, err } = await runFake(['triage', 'ask', 'a1'], {
    fetch: streaming(
      ': still here\n\n',
      event('draft', draft(['286 log'])),
      event('draft', draft(['286 logins failed', 'root\u001b[31m'])),
      event('done', { opinion, alert }),
    ),
  })
  expect(code).toBe(0)
  expect(err).toMatch(/^local \(qwen3\), not verified yet:\n286 logins failed\nroot/)
  expect(err).not.toContain('\u001b[31m')
  expect(out).toMatch(/^model local \(qwen3\) answered/)
  expect(out).toContain('286 logins failed. [s1]')
})

it('vedette triage ask reports failures', async () => {
  const problem = { title: 'Unavailable', code: 'unavailable', detail: 'The server is stopping.' }
  const refused = await runFake(['triage', 'ask', 'a1'], {
    fetch: streaming(event('draft', draft(['x'])), event('problem', problem)),
  })
  expect(refused).toMatchObject({ code: 4, out: '' })
  expect(refused.err).toContain('The server is stopping.')
  const broken = await runFake(['triage', 'ask', 'a1'], { fetch: streaming(event('draft', draft(['x']))) })
  expect(broken).toMatchObject({ code: 4, out: '' })
  expect(broken.err).toContain('broke before the answer was complete')
  const json = await runFake(['triage', 'ask', 'a1', '--json'], {
    fetch: streaming(event('draft', draft(['x'])), event('done', { opinion, alert })),
  })
  expect(JSON.parse(json.out)).toMatchObject({ opinion: { verdict: 'suspicious' } })
  expect(json.err).toBe('')
})
