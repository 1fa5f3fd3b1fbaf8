import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { until } from '../../../test/until.ts'
import { loadConfig } from '../../config.ts'
import { IndicatorIndex } from '../../lib/indicators/indicator-index.ts'
import { readLogEvent } from '../../lib/log-events/log-event.ts'
import { LogModel } from '../../lib/log-events/log-events.ts'
import { createRules } from '../../operations/rules/rule-folders.ts'
import type { SentBody } from '../../operations/sent-body.ts'
import { analysis } from '../../schema/analysis.ts'
import type { RuleSetting } from '../../schema/rule/rule.ts'
import { createAnalysis } from '../analysis.ts'
import { createOffload } from './offload.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const sample = zstdDecompressSync(readFileSync(resolve(import.meta.dirname, '../../../samples/auth.log.zst')))
  .toString('utf8')
  .split('\n')
  .slice(0, 3_000)
const bytes = new TextEncoder().encode(sample.join('\n'))

const time = '2026-01-15T10:00:00.000Z'
const settings: RuleSetting[] = []
const indicators = new IndicatorIndex()
let model: LogModel | undefined
let loadedAt = 0
const counted: number[] = []
const { config } = loadConfig({
  flags: {},
  env: { VEDETTE_ANALYSIS_MAX_BYTES: '1MB', VEDETTE_ANALYSIS_MAX_RECORDS: '5000', VEDETTE_ANALYSIS_MEMORY: '256MB' },
  cwd: import.meta.dirname,
})
const rules = createRules({ config, settings: async () => settings, log: quiet })
let offload: ReturnType<typeof createOffload>

beforeAll(async () => {
  await rules.refresh()
  offload = createOffload({
    config,
    agents: [],
    rules: rules.book,
    ruleSettings: async () => settings,
    indicators,
    logModels: { current: () => model && { model, folder: 'models', loadedAt } },
    analyzed: (anomalies) => void counted.push(anomalies),
    log: quiet,
  })
})
afterAll(() => offload.close())

async function* inParts(all: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}
const body = (content: Uint8Array, more: Partial<SentBody> = {}): SentBody => ({
  kind: 'records',
  contentType: 'text/plain',
  lenient: false,
  length: undefined,
  chunks: inParts(content),
  ...more,
})
const ask = async (operation: string, input: unknown, signal?: AbortSignal) =>
  (await offload.run({ operation, input, caller: 'token 1', signal })).parse()
const analyse = async (content = bytes, more: Partial<SentBody> = {}) =>
  analysis.parse(await ask('analyze_logs', { source: 'sshd', body: body(content, more) }))

/** The findings without the time of the analysis, which the records are received at. */
const findings = ({ records, parsed, templates, detections, incidents }: Awaited<ReturnType<typeof analyse>>) => ({
  records,
  parsed,
  templates,
  detections: detections.map(({ title, sentence, score }) => ({ title, sentence, score })),
  incidents: incidents.map(({ title, severity, risk_score }) => ({ title, severity, risk_score })),
})

it('finds what an analysis on the main thread finds', needs(deepRun), async () => {
  const found = await analyse()
  async function* records() {
    yield sample.filter((line) => line !== '').map((text) => ({ text, source: 'sshd', receivedAt: Date.now() }))
  }
  expect(found.detections.length).toBeGreaterThan(0)
  expect(findings(found)).toEqual(findings(await createAnalysis({ config, rules: rules.book })(records())))
})

describe('state that changes', () => {
  const lines = new TextEncoder().encode(
    '2026-01-15T10:00:00Z web-01 sshd[1]: Accepted password for root from 198.51.100.77 port 4711 ssh2\n',
  )
  const names = async () => (await analyse(lines)).detections.map(({ detector, rule }) => rule?.id ?? detector)

  it('reaches the thread: rules that are switched off', async () => {
    const [id = ''] = await names()
    expect(rules.get(id)).toBeDefined()
    settings.push({ rule_id: id, enabled: false, level: null, note: null, updated_by: 'ana', updated_at: time })
    await rules.refresh()
    expect(await names()).toEqual([])
  })

  it('reaches the thread: indicators that come and go', needs(deepRun), async () => {
    const before = await names()
    const bad = { type: 'ip', value: '198.51.100.77' } as const
    indicators.set(bad, { level: 4, confidence: 0.9, sources: ['test'], note: 'C2' })
    expect(await names()).toEqual(['indicator', ...before])
    indicators.remove(bad.value)
    expect(await names()).toEqual(before)
  })

  it('fails the analysis that needs it if it cannot be read, and never answers the next one with the findings of another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-offload-'))
    // A folder of imported rules that cannot be read.
    writeFileSync(join(folder, 'rules'), '')
    const own = createOffload({
      config: { ...config, data_dir: folder },
      ...{ agents: [], rules: rules.book, ruleSettings: async () => settings, indicators, analyzed() {}, log: quiet },
      logModels: { current: () => undefined },
    })
    const count = async (content: Uint8Array) =>
      analysis.parse(
        (
          await own.run({
            operation: 'analyze_logs',
            input: { source: 'sshd', body: body(content) },
            caller: 'a',
            signal: undefined,
          })
        ).parse(),
      ).records
    await expect(count(bytes)).rejects.toMatchObject({ code: 'INTERNAL' })
    rmSync(join(folder, 'rules'))
    expect(await until(() => count(lines).catch(() => undefined))).toBe(1)
    await own.close()
    rmSync(folder, { recursive: true })
  })

  it('reaches the thread: the model for log events', needs(deepRun), async () => {
    const logs = Array.from({ length: 60 }, (_, i) => ({
      timestamp: new Date(Date.UTC(2026, 0, 8, 9, i)).toISOString(),
      user: 'ana',
      source_ip: '10.0.0.1',
      event_type: 'login',
      action: 'success',
      message: 'Logged in',
    }))
    await expect(ask('analyze_log_events', { logs })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    model = LogModel.fit(
      logs.flatMap((one) => readLogEvent(one) ?? []),
      { trainedAt: 1 },
    )
    loadedAt = 1
    const sent = body(new TextEncoder().encode(JSON.stringify({ logs, extra: 1 })), {
      kind: 'json',
      contentType: 'application/json',
    })
    await expect(ask('analyze_log_events', { body: sent })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    const lenient = {
      ...sent,
      lenient: true,
      chunks: inParts(new TextEncoder().encode(JSON.stringify({ logs, extra: 1 }))),
    }
    expect(await ask('analyze_log_events', { body: lenient })).toMatchObject({ status: 'success', total_events: 60 })
    expect(counted).toHaveLength(1)
  })
})

describe('limits', () => {
  it('refuses a body by its announced length, before it reads any of it', async () => {
    async function* never(): AsyncGenerator<Uint8Array> {
      yield await Promise.reject(new Error('It was read.'))
    }
    await expect(analyse(bytes, { length: 1_048_577, chunks: never() })).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })

  it('refuses a body of unknown length as soon as it is too long', async () => {
    let read = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 65_536
        yield new Uint8Array(65_536).fill(0x20)
      }
    }
    await expect(analyse(bytes, { chunks: endless() })).rejects.toMatchObject({
      code: 'TOO_LARGE',
      hint: expect.stringContaining('analysis.max_bytes'),
    })
    expect(read).toBe(1_048_576 + 65_536)
  })

  it('refuses too many records', needs(deepRun), async () => {
    await expect(analyse(new TextEncoder().encode('line\n'.repeat(5_001)))).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: 'A request can analyse at most 5000 records.',
    })
  })

  it('gives the place back when the caller goes away', needs(deepRun), async () => {
    const stop = new AbortController()
    const jobs = [1, 2, 3].map(() => ask('analyze_logs', { records: sample, source: 'a' }, stop.signal))
    stop.abort()
    for (const job of await Promise.allSettled(jobs)) {
      expect(job).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE', retryable: true } })
    }
    expect(await analyse()).toMatchObject({ records: expect.any(Number) })
  })
})
