import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { freePort, scratch, startServer } from './program.ts'

let data: ReturnType<typeof scratch>
beforeEach(() => {
  data = scratch()
})
afterEach(() => data.remove())

const id = '55555555-0000-4000-8000-000000000001'
const rule = (word: string, level = 'high'): string => `title: The word ${word}
id: ${id}
status: test
level: ${level}
author: ana
logsource: { product: linux, service: sshd }
detection:
  selection:
    message|contains: ${word}
  condition: selection
tags: [attack.credential-access, attack.t1110.001]
`

const detections = z.object({
  data: z.array(
    z.object({
      detector: z.string(),
      kind: z.string(),
      severity: z.string(),
      techniques: z.array(z.string()),
      rule: z.object({ id: z.string(), author: z.string().optional() }).optional(),
      contributions: z.array(z.object({ feature: z.string(), value: z.string(), usual: z.string() })),
      evidence: z.array(z.object({ line: z.string() })),
    }),
  ),
})
const incidents = z.object({ data: z.array(z.object({ techniques: z.array(z.string()) })) })
const rules = z.object({
  data: z.array(z.object({ id: z.string(), title: z.string(), enabled: z.boolean(), stale: z.boolean() }).loose()),
  faults: z.array(z.object({ file: z.string(), code: z.string(), line: z.number() })),
})

it('reloads changed rules, keeps the last valid version of a broken file, and stores rule settings', async () => {
  const port = await freePort()
  const folder = join(data.path, 'our-rules')
  mkdirSync(folder)
  const file = join(folder, 'word.yml')
  writeFileSync(file, rule('xyzzy'))
  const env = { VEDETTE_RULES_PATHS: folder, VEDETTE_RULES_ENABLED: 'true' }
  const start = () => startServer({ dataDir: join(data.path, 'data'), port, env })

  let server = await start()
  const ask = async <T>(shape: z.ZodType<T>, path: string, init?: RequestInit): Promise<T> => {
    const answer = await server.ask(path, init)
    const body: unknown = await answer.json()
    expect(answer.status, JSON.stringify(body)).toBe(200)
    return shape.parse(body)
  }
  // Each uses another host, because a continuing match on one host is one detection.
  let sent = 0
  const send = (word: string) => {
    sent += 1
    const line = `${new Date().toISOString()} web-${sent} sshd[4711]: Refused ${word} for root`
    return ask(z.unknown(), '/api/v1/events', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: line })
  }
  const found = async () =>
    (await ask(detections, '/api/v1/detections?limit=500')).data.filter((one) => one.rule?.id === id)
  const listed = () => ask(rules, '/api/v1/rules?pack=our-rules')

  // A matching line becomes a detection and an incident, with the rule and the reason.
  await send('xyzzy')
  await until(async () => (await found()).length === 1, 'the first detection')
  const [first] = await found()
  expect(first).toMatchObject({ detector: 'sigma', kind: 'rule', severity: 'high' })
  expect(first?.techniques).toEqual(['T1110.001'])
  expect(first?.rule).toMatchObject({ author: 'ana' })
  expect(JSON.stringify(first?.contributions)).toContain('xyzzy')
  expect(first?.evidence[0]?.line).toContain('Refused xyzzy')
  await until(
    async () => (await ask(incidents, '/api/v1/incidents')).data.some((one) => one.techniques.includes('T1110.001')),
    'the incident',
  )
  expect((await listed()).data).toMatchObject([
    { id, title: 'The word xyzzy', enabled: true, stale: false, applies_to: ['http'] },
  ])

  // A new version is active without a restart.
  writeFileSync(file, rule('plugh', 'critical'))
  await until(async () => (await listed()).data[0]?.title === 'The word plugh', 'the new version')
  await send('plugh')
  await until(async () => (await found()).some(({ severity }) => severity === 'critical'), 'what the new version finds')

  // A broken version leaves the previous one active.
  writeFileSync(file, rule('frotz').replace('condition: selection', 'condition: selction'))
  await until(async () => (await listed()).faults.length > 0, 'the fault')
  expect(await listed()).toMatchObject({
    data: [{ title: 'The word plugh', enabled: true, stale: true }],
    faults: [{ file: 'our-rules/word.yml', line: 10 }],
  })
  writeFileSync(file, rule('plugh', 'critical'))
  await until(async () => (await listed()).faults.length === 0, 'the end of the fault')

  // Rule settings apply at once, and after a restart.
  const said = { enabled: false, note: 'Our own test.' }
  const headers = { 'content-type': 'application/json' }
  await ask(z.unknown(), `/api/v1/rules/${id}`, { method: 'PATCH', headers, body: JSON.stringify(said) })
  expect((await listed()).data[0]).toMatchObject({ enabled: false, setting: { note: 'Our own test.' } })
  const before = (await found()).length
  await send('plugh')
  await server.settled()
  expect(await found()).toHaveLength(before)
  await server.stop()
  server = await start()
  expect((await listed()).data[0]).toMatchObject({ enabled: false, setting: { note: 'Our own test.' } })

  // A backtest finds the sent lines, even with disabled rules.
  const tried = await ask(z.object({ hits: z.number(), events: z.number() }), '/api/v1/rules/backtest', {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: readFileSync(file),
  })
  expect(tried).toEqual({ hits: 2, events: 3 })
  await server.stop()
})
