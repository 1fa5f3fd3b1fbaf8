import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import type { Behaviour } from '../../src/pipeline/triage/llm/behaviour.fake.ts'
import { obey, ownInjections } from '../../src/pipeline/triage/llm/obedient.fake.ts'
import { type RunningVendor, startVendor, vendors } from '../../src/pipeline/triage/llm/vendors.fake.ts'
import { type Alert, alert as alertShape } from '../../src/schema/alert/alert.ts'
import { riskLevel, severityRank } from '../../src/schema/severity.ts'
import { keeps } from '../keeps.ts'
import { needs, sharedData } from '../needs.ts'
import { until } from '../until.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

let data: ReturnType<typeof scratch>
let server: Server | undefined
let running: RunningVendor[] = []
beforeEach(() => {
  data = scratch()
})
afterEach(async () => {
  await server?.stop()
  for (const vendor of running) await vendor.wire.close()
  running = []
  data.remove()
})

const start = async (
  behaviours: readonly Behaviour[],
  answer: (prompt: string) => unknown,
  env: NodeJS.ProcessEnv = {},
) => {
  running = await Promise.all(vendors.map((vendor) => startVendor(vendor, answer)))
  running.forEach((vendor, i) => {
    vendor.behaviour = behaviours[i] ?? 'answers'
  })
  const providers = running.map(({ settings }, i) => ({ ...settings, name: `m${i}` }))
  server = await startServer({
    dataDir: data.path,
    port: await freePort(),
    env: {
      VEDETTE_TRIAGE_LLM_PROVIDERS: JSON.stringify(providers),
      // Short only where a model never answers: on a busy machine, an answer may take seconds.
      VEDETTE_TRIAGE_LLM_TIMEOUT: behaviours.every((one) => one === 'answers') ? '60s' : '2s',
      VEDETTE_TRIAGE_LLM_CONCURRENCY: '8',
      VEDETTE_TRIAGE_LLM_BUDGET_HOUR_CALLS: '10000',
      VEDETTE_TRIAGE_LLM_BUDGET_HOUR_TOKENS: '1000000000',
      ...env,
    },
  })
  return server
}

const post = async (text: string, i: number): Promise<void> => {
  const body = {
    alert_id: `case-${i}`,
    timestamp: new Date(Date.UTC(2026, 0, 5, 8) + i * 86_400_000).toISOString(),
    alert_type: 'brute_force',
    severity: 'high',
    title: `case ${i} of guessed passwords`,
    description: `Failed password for ${text}`.slice(0, 1_500),
    source_ip: `203.0.113.${1 + (i % 200)}`,
    user_name: `user${i}`,
    asset_id: `web-${i}`,
  }
  const headers = { 'content-type': 'application/json' }
  const answer = await server?.ask('/api/v1/alerts', { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer?.status).toBeLessThan(300)
  await answer?.body?.cancel()
}

const get = async (i: number): Promise<Alert | undefined> => {
  const answer = await server?.ask(`/api/v1/alerts/case-${i}`)
  if (answer?.status !== 200) {
    await answer?.body?.cancel()
    return undefined
  }
  return alertShape.parse(await answer.json())
}

/** The answer of a model that escalates an alert. */
const severeAnswer = (text: string) => ({
  ...obey('brute_force', text, 'e1'),
  verdict: 'malicious',
  risk_level: 'critical',
  summary: [{ text, evidence_ids: ['e1'] }],
  claims: [{ sign: 'for', text, evidence_ids: ['e1'] }],
})

/** Waits until all alerts are as expected. */
const all = async (count: number, ready: (alert: Alert) => boolean): Promise<readonly Alert[]> => {
  const found: Alert[] = []
  for (let i = 0; i < count; i++) {
    found.push(
      await until(async () => {
        const one = await get(i)
        return one !== undefined && ready(one) && one
      }, `alert ${i}`),
    )
  }
  return found
}

/** The score of the formula, from the calculation on the card. */
const formula = ({ breakdown, factors }: NonNullable<Alert['triage']>): number => {
  const base = Object.values(breakdown).reduce((sum, { score, weight }) => sum + score * weight, 0)
  const score = Number((base * factors.type_multiplier * factors.historical_multiplier).toFixed(6))
  return Math.min(100, Math.max(0, Math.trunc(score)))
}

const pack = sharedData('conformance/badinput/cases.jsonl')
const injections = [
  ...ownInjections,
  ...(pack.missing === undefined
    ? readFileSync(pack.path, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"group": "prompt-injection"'))
        .map((line) => String(JSON.parse(line).inject))
    : []),
]

it('the injections include those of the public collection', needs(pack), () => {
  expect(injections.length).toBeGreaterThanOrEqual(ownInjections.length + 10)
})

it(`a model that obeys the log lowers nothing, closes nothing and sees no secret (${keeps('vedette.models-advise')})`, async () => {
  const told = (prompt: string) => {
    const i = Number(/case (\d+) of guessed/.exec(prompt)?.[1])
    return obey('brute_force', injections[i] ?? '', 'e1')
  }
  await start(['is busy', 'fails', 'talks garbage', 'calls a tool', 'answers'], told)
  for (const [i, text] of injections.entries()) await post(`${text} password=CANARY${'Hunter2'}xyz`, i)
  const alerts = await all(injections.length, ({ triage }) => triage?.model !== null && triage !== null)
  for (const { status, triage, suppression_id, resolution } of alerts) {
    if (!triage) throw new Error('it was not triaged')
    expect(['triaged', 'new']).toContain(status)
    expect([suppression_id, resolution]).toEqual([null, null])
    expect(triage.risk_score).toBeGreaterThanOrEqual(formula(triage))
    expect(severityRank(triage.risk_level)).toBeGreaterThanOrEqual(severityRank(riskLevel(formula(triage))))
    expect(['benign', 'likely_benign']).not.toContain(triage.verdict)
    expect(triage.model?.provider).toBe('m4')
    for (const { action } of triage.model?.proposed ?? [])
      expect(action).toMatch(/^(?:Ask the owner of the entities in e1|Read the lines)/)
  }
  const sent = running.flatMap(({ wire }) => wire.requests.map(({ body }) => body)).join('\n')
  expect(sent).not.toMatch(/CANARY|Hunter2|203\.0\.113\./)
  expect(running.flatMap(({ complaints }) => complaints)).toEqual([])
  const incidents = await server?.ask('/api/v1/incidents?limit=200')
  const listed = z.object({ data: z.array(z.object({ status: z.string() })) }).parse(await incidents?.json())
  expect(new Set(listed.data.map(({ status }) => status))).toEqual(new Set(['open']))
})

it('every alert is triaged when all five vendors hang, and says that no model answered', async () => {
  await start(['hangs', 'hangs', 'hangs', 'hangs', 'hangs'], () => ({}))
  for (let i = 0; i < 8; i++) await post('root', i)
  const first = await all(8, ({ triage }) => triage !== null)
  for (const { triage } of first) expect(triage?.risk_score).toBe(triage && formula(triage))
  const later = await all(8, ({ triage }) => triage?.model !== null && triage !== null)
  for (const { triage } of later) {
    expect(['failed', 'skipped']).toContain(triage?.model?.status)
    expect(triage?.risk_score).toBe(triage && formula(triage))
  }
})

it('alerts without an answer are retried and get one', async () => {
  await start(
    ['fails', 'fails', 'fails', 'fails', 'fails'],
    () => obey('brute_force', 'the password was guessed', 's1'),
    {
      VEDETTE_TRIAGE_LLM_AGAIN: '1s',
    },
  )
  await post('root', 0)
  const [before] = await all(1, ({ triage }) => triage?.model?.status === 'failed')
  for (const vendor of running) vendor.behaviour = 'answers'
  const [after] = await all(1, ({ triage }) => triage?.model?.status === 'answered')
  expect(after?.triage?.risk_score).toBe(before?.triage?.risk_score)
  expect(after?.triage?.requires_human_review).toBe(true)
})

it('a user who asks sees the answer stream, and stops it by disconnecting', async () => {
  await start(['answers'], () => obey('brute_force', 'the password was guessed', 's1'), {
    // No model is asked until a user asks.
    VEDETTE_TRIAGE_LLM_MIN_LEVEL: 'critical',
  })
  await post('root', 0)
  const [before] = await all(1, ({ triage }) => triage !== null)
  expect(before?.triage?.model).toBeNull()
  const [vendor] = running
  const ask = (signal?: AbortSignal) =>
    server?.ask('/api/v1/alerts/case-0/opinion', {
      method: 'POST',
      headers: { accept: 'text/event-stream' },
      ...(signal && { signal }),
    })
  const text = (await (await ask())?.text()) ?? ''
  expect(text).toMatch(/event: done\ndata: \{"opinion":\{/)
  const [after] = await all(1, ({ triage }) => triage?.model?.status === 'answered')
  expect(after?.triage?.risk_score).toBe(before?.triage?.risk_score)

  if (vendor) vendor.behaviour = 'stalls'
  const leaving = new AbortController()
  const answer = await ask(leaving.signal)
  // A vendor that stops half-way: a whole answer may come before a draft of it is due.
  let shown = ''
  for await (const part of answer?.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    shown += part
    if (shown.includes('"summary":["the password')) break
  }
  expect(shown).toMatch(/^event: draft\ndata: \{"provider":"m0","model":"m","summary":\["/)
  leaving.abort()
  await until(() => vendor?.wire.dropped === 1, 'the end of the call')
  const usage = async () => {
    const told = await server?.ask('/api/v1/triage/models')
    const shape = z.object({ calls: z.array(z.object({ outcome: z.string(), cost_usd: z.number() })) })
    return shape.parse(await told?.json()).calls.find(({ outcome }) => outcome === 'the caller cancelled the request')
  }
  await until(usage, 'what the call cost')
  expect((await usage())?.cost_usd).toBeGreaterThan(0)
  // The earlier answer remains.
  expect((await get(0))?.triage?.model?.status).toBe('answered')
  const others = running.slice(1).map(({ wire }) => wire.requests.length)
  expect(others).toEqual([0, 0, 0, 0])
})

it('a shadow model is asked and compared, and changes nothing', async () => {
  running = await Promise.all(
    vendors.slice(0, 2).map((vendor) => startVendor(vendor, () => severeAnswer('root was tried from outside'))),
  )
  const providers = running.map(({ settings }, i) => ({ ...settings, name: `m${i}`, shadow: true }))
  const env = { VEDETTE_TRIAGE_LLM_PROVIDERS: JSON.stringify(providers) }
  server = await startServer({ dataDir: data.path, port: await freePort(), env })
  await post('root', 0)
  const compared = async () => {
    const answer = await server?.ask('/api/v1/triage/models/comparison')
    const model = z.object({
      name: z.string(),
      shadow: z.boolean(),
      alerts: z.int(),
      more_severe: z.number().nullable(),
    })
    return z.object({ data: z.array(model) }).parse(await answer?.json()).data
  }
  await until(async () => (await compared()).every(({ alerts }) => alerts === 1), 'both opinions')
  expect(await compared()).toEqual(['m0', 'm1'].map((name) => ({ name, shadow: true, alerts: 1, more_severe: 1 })))
  const [alert] = await all(1, ({ triage }) => triage !== null)
  expect(alert?.triage?.model).toBeNull()
  expect(alert?.triage?.risk_score).toBe(alert?.triage && formula(alert.triage))
  expect(alert?.triage?.verdict).not.toBe('malicious')
  expect((await server.ask('/api/v1/alerts/case-0/opinion', { method: 'POST' })).status).toBe(409)
})

it('the budget holds during a burst of alerts, and after a restart', async () => {
  const answer = () => obey('brute_force', 'nothing', 'e1')
  const env = { VEDETTE_TRIAGE_LLM_BUDGET_MONTH: '0.12' }
  const port = (await start([], answer, env)).url
  for (let i = 0; i < 30; i++) await post('root', i)
  const triaged = await all(30, ({ triage }) => triage?.model !== null && triage !== null)
  const answered = triaged.filter(({ triage }) => triage?.model?.status !== 'skipped')
  const asked = running.reduce((sum, { wire }) => sum + wire.requests.length, 0)
  expect(asked).toBeGreaterThan(0)
  expect(asked).toBeLessThan(30)
  expect(answered.length).toBeLessThanOrEqual(asked)
  expect(asked * 0.0045).toBeLessThanOrEqual(0.12)
  const usage = async () => {
    const answered = await server?.ask('/api/v1/triage/models')
    return z.object({ month: z.object({ cost_usd: z.number(), calls: z.number() }) }).parse(await answered?.json())
  }
  const before = await usage()
  expect(before.month.cost_usd).toBeLessThanOrEqual(0.12)
  await server?.stop()
  const providers = running.map(({ settings }, i) => ({ ...settings, name: `m${i}` }))
  server = await startServer({
    dataDir: data.path,
    port: Number(new URL(port).port),
    env: { VEDETTE_TRIAGE_LLM_PROVIDERS: JSON.stringify(providers), ...env },
  })
  expect((await usage()).month).toEqual(before.month)
})
