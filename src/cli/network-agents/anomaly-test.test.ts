import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { agentTrial } from '../../schema/agent/agent-trial.ts'
import { runFake } from '../cli.fake.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-agents-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const began = Date.parse('2026-01-15T10:00:00Z')
const line = (seconds: number, program: string, message: string) =>
  JSON.stringify({
    '@timestamp': new Date(began + seconds * 1000).toISOString(),
    'host.name': 'router',
    'process.name': program,
    'log.level': 'info',
    message,
  })
const lines = [
  ...Array.from({ length: 12 }, (_, i) => line(i, 'hostapd', 'wlan0: STA 02:00:00:00:00:01 AUTHENTICATION FAILED')),
  ...Array.from({ length: 30 }, (_, i) => line(20 + i, 'dnsmasq', `query[A] host${i}.example from 10.0.0.9`)),
  ...Array.from({ length: 9 }, (_, i) => line(60 + i, 'gardener', 'watered')),
]
const write = (): string => {
  writeFileSync(join(folder, 'lines.ndjson'), `${lines.join('\n')}\n`)
  return join(folder, 'lines.ndjson')
}

it('shows what each agent would have found in files', async () => {
  const { code, out, err } = await runFake(['anomaly-test', '--input', write()])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('1 finding in 51 lines, 2026-01-15 10:00 to 2026-01-15 10:01')
  expect(out).toContain('Wi-Fi agent (wifi): 1 finding in 12 matching lines\n  auth_failure 1\n')
  expect(out).toContain('router had 12 failed Wi-Fi authentications within 5 minutes')
  expect(out).toContain('DNS agent (dns): 0 findings in 30 matching lines\n')
})

it('tests one agent and prints JSON', async () => {
  const { out } = await runFake(['anomaly-test', 'wifi', '--json', '--input', write()])
  expect(agentTrial.parse(JSON.parse(out))).toMatchObject({
    status: 'completed',
    from: '2026-01-15T10:00:00.000Z',
    to: '2026-01-15T10:01:08.000Z',
    logs_processed: 51,
    anomalies_detected: 1,
    agents: [{ agent_id: 'wifi', logs: 12, anomalies: 1, by_type: { auth_failure: 1 } }],
    results: [
      { agent_name: 'wifi', device: 'router', severity: 'critical', confidence: 0.9, features: { auth_failures: 12 } },
    ],
    errors: [],
  })
})

it('uses the stored events of a server', async () => {
  const asked: unknown[] = []
  const answer = {
    status: 'completed_with_errors',
    from: null,
    to: null,
    logs_processed: 0,
    anomalies_detected: 0,
    test_duration: 0.1,
    agents: [],
    results: [],
    errors: ['The period was truncated.'],
  }
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    asked.push([String(url), JSON.parse(String(init?.body))])
    return Response.json(answer)
  }
  const { code, out } = await runFake(['anomaly-test', 'dns', '--days-back', '7'], { fetch })
  expect(asked).toEqual([['http://127.0.0.1:8787/api/v1/agents/anomaly-test', { agent_id: 'dns', days_back: 7 }]])
  expect([code, out.includes('The period was truncated.')]).toEqual([5, true])
})

it('rejects unknown agents and invalid days', async () => {
  const missing = await runFake(['anomaly-test', 'nobody', '--input', write()])
  expect(missing.code).not.toBe(0)
  expect(missing.err).toContain('Use one of: dns, log_level, network, system, threshold, wifi.')
  expect((await runFake(['anomaly-test', '--days-back', '31'])).code).toBe(2)
  expect((await runFake(['anomaly-test', '--database'])).err).toContain('DB_HOST')
})
