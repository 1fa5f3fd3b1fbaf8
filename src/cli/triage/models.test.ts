import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'

const answering =
  (asked: unknown[], answer: object): typeof fetch =>
  async (url, init) => {
    asked.push([new URL(String(url)).pathname, init?.body === undefined ? undefined : JSON.parse(String(init.body))])
    return Response.json(answer)
  }

it('vedette triage model-input shows the exact request and the masked values', async () => {
  const asked: unknown[] = []
  const input = {
    provider: 'local',
    model: 'qwen3',
    prompt: 'triage@1',
    input_hash: 'h',
    method: 'POST',
    url: 'http://127.0.0.1:11434/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: '{"messages":["from IP_1\u001b[31m"]}',
    bytes: 26,
    stand_ins: [{ stand_in: 'IP_1', value: '203.0.113.9' }],
    secrets: 2,
  }
  const { code, out } = await runFake(['triage', 'model-input', 'a1', '--provider', 'local'], {
    fetch: answering(asked, input),
  })
  expect(code).toBe(0)
  expect(asked).toEqual([['/api/v1/alerts/a1/model-input', { provider: 'local' }]])
  expect(out).toContain('POST http://127.0.0.1:11434/v1/chat/completions')
  expect(out).toContain('26 bytes for qwen3, 2 secrets removed')
  expect(out).toContain('IP_1  203.0.113.9')
  // Log text must not control the terminal.
  expect(out).not.toContain('\u001b[31m')
})

it('vedette triage models shows the cost, or that no model is configured', async () => {
  const usage = {
    models: [
      { name: 'local', model: 'qwen3', shadow: false, rests_until: '2026-03-02T00:00:30.000Z' },
      { name: 'candidate', model: 'qwen4', shadow: true, rests_until: null },
    ],
    prompt: 'triage@1',
    budget: { month: 20, incident: 0.5, hour_calls: 100, hour_tokens: 1_000 },
    month: { cost_usd: 0.25, tokens: 10, calls: 3 },
    hour: { cost_usd: 0.25, tokens: 10, calls: 3 },
    calls: [
      {
        provider: 'local',
        model: 'qwen3',
        outcome: 'answered',
        calls: 3,
        input_tokens: 8,
        output_tokens: 2,
        cost_usd: 0.25,
        duration_ms: 3_000,
      },
    ],
  }
  const comparison = {
    since: '2026-02-01T00:00:00.000Z',
    data: [
      {
        name: 'candidate',
        model: 'qwen4',
        shadow: true,
        alerts: 40,
        rejected: 2,
        same_level: 0.5,
        more_severe: 0.25,
        milder: 0.25,
        inconclusive: 0.1,
        judged_by_people: 12,
        agrees_with_people: 0.75,
        rules_agree_with_people: null,
        cost_usd: 1,
        duration_ms: 1_000,
      },
    ],
  }
  const fetch: typeof globalThis.fetch = async (url) => {
    const { pathname, search } = new URL(String(url))
    if (pathname === '/api/v1/triage/models') return Response.json(usage)
    expect([pathname, search]).toEqual(['/api/v1/triage/models/comparison', '?days=7'])
    return Response.json(comparison)
  }
  const { out } = await runFake(['triage', 'models', '--days', '7'], { fetch })
  expect(out).toContain('candidate  qwen4  shadow')
  expect(out).toMatch(/candidate \(shadow\)\s+40\s+50 %\s+25 %\s+25 %\s+10 %\s+12\s+75 %\s+–/)
  expect(out).toContain('local  qwen3  paused until 00:00:30 UTC')
  expect(out).toContain('$0.2500 of $20, 3 calls, prompt triage@1')
  expect(out).toMatch(/local\s+answered\s+3\s+8\s+2\s+\$0\.2500\s+1\.0 s/)
  const none = await runFake(['triage', 'models'], {
    fetch: answering([], { ...usage, models: [], ...comparison }),
  })
  expect(none.out).toContain('No language models are configured')
})

it('vedette prompts test sends the file and reports the agreement', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-prompts-'))
  const file = join(folder, 'triage.md')
  writeFileSync(file, 'the text')
  const asked: unknown[] = []
  const answer = {
    prompt: 'triage@2',
    alerts: 2,
    answered: 2,
    agreement: 0.5,
    inconclusive: 0,
    claims_dropped: 1.5,
    rejected: 0,
    cost_usd: 0.01,
    duration_ms: 1_200,
    data: [
      {
        alert_id: 'a1',
        title: 'guessed passwords',
        resolution: 'true_positive',
        status: 'answered',
        reason: null,
        verdict: 'likely_malicious',
        agrees: true,
        claims_dropped: 1,
      },
    ],
  }
  const { code, out } = await runFake(['prompts', 'test', file, '--limit', '2'], { fetch: answering(asked, answer) })
  rmSync(folder, { recursive: true })
  expect(code).toBe(0)
  expect(asked).toEqual([['/api/v1/prompts/test', { limit: 2, prompt: 'the text' }]])
  expect(out).toMatch(/yes\s+true positive\s+likely malicious\s+1\s+a1\s+guessed passwords/)
  expect(out).toContain('triage@2: 2 of 2 answered · agreement 50 % · inconclusive 0 % · 1.5 claims dropped per answer')
})

it('vedette prompts test reports an unreadable file', async () => {
  expect(await runFake(['prompts', 'test', 'nowhere.md'])).toMatchObject({
    code: 3,
    err: expect.stringContaining('No such file or folder: nowhere.md'),
  })
})
