import { describe, expect, it } from 'vitest'
import { nameKinds, type Treatment } from '../../lib/redaction/redaction.ts'
import { assessAlert } from '../../pipeline/triage/assess.ts'
import { caseOf } from '../../pipeline/triage/llm/case.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { ModelOpinion } from '../../schema/triage/triage-result.ts'
import { openStore } from '../../store/open-store.ts'
import { sampleAlert } from '../../store/samples.conformance.ts'
import type { LanguageModels } from '../deps.ts'
import { askModel } from './ask-model.ts'
import { compareModels } from './compare-models.ts'
import { getModelUsage } from './get-model-usage.ts'
import { listOpinions } from './list-opinions.ts'
import { previewModelInput } from './preview-model-input.ts'
import { testPrompt } from './test-prompt.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const actor: Actor = { name: 'noor', role: 'admin' }
const begin = Date.UTC(2026, 2, 2)
const names = Object.fromEntries(nameKinds.map((kind) => [kind, 'mask'])) as Record<
  (typeof nameKinds)[number],
  Treatment
>
const parts = { lines: 'send', indicators: 'send', context: 'send', similar: 'send' } as const

const opinion = (facts: Partial<ModelOpinion>): ModelOpinion => ({
  status: 'answered',
  reason: null,
  provider: 'local',
  model: 'm',
  prompt: 'triage@2',
  input_hash: 'h',
  input_tokens: 10,
  output_tokens: 5,
  cost_usd: 0.25,
  duration_ms: 1_000,
  redactions: 0,
  secrets: 0,
  claims_dropped: 1,
  dropped: [],
  verdict: 'suspicious',
  risk_level: 'medium',
  summary: '',
  claims: [],
  proposed: [],
  details: {},
  raised: null,
  suspected_injection: [],
  attempts: [],
  asked_at: new Date(begin).toISOString(),
  ...facts,
})

const open = async (verdicts: Readonly<Record<string, Partial<ModelOpinion>>> = {}, configured = ['local']) => {
  const store = await openStore('sqlite::memory:', { now: () => begin, log })
  const judged = (number: number, facts: object) => ({
    ...sampleAlert(number),
    triage: assessAlert(sampleAlert(number), begin),
    ...facts,
  })
  await store.transaction((tx) =>
    store.alerts.save(
      [
        judged(1, {}),
        sampleAlert(2),
        judged(3, { status: 'resolved', resolution: 'true_positive' }),
        judged(4, { status: 'false_positive', resolution: 'false_positive' }),
        judged(5, { status: 'resolved', resolution: 'expected' }),
        judged(6, { status: 'resolved', resolution: 'duplicate' }),
      ],
      tx,
    ),
  )
  const languageModels: LanguageModels = {
    chat: async () => ({ failed: 'it is not asked here' }),
    configured: configured.map((name) => ({
      name,
      model: 'm',
      shadow: name.startsWith('shadow'),
      price: { input: 0, output: 0 },
    })),
    prompt: { name: 'triage@1', hash: 'x' },
    budget: { month: 20, incident: 0.5, hour_calls: 100, hour_tokens: 1_000 },
    periods: () => ({ month: 'month 2026-03', hour: 'hour 2026-03-02T00' }),
    resting: () => new Map([['local', begin + 30_000]]),
    withPrompt: () => ({
      prompt: 'triage@2',
      opinion: async ({ id }) => opinion(verdicts[id] ?? { status: 'failed', verdict: null, cost_usd: 0 }),
    }),
    ask: async ({ id }, _card, { onDraft }) => {
      onDraft?.({ provider: 'local', model: 'm', summary: ['Somebody guessed'], claims: [] })
      return opinion(verdicts[id] ?? {})
    },
    preview: async (alert, card, { provider }) => ({
      call:
        provider === undefined || configured.includes(provider)
          ? { provider: 'local', model: 'm', method: 'POST', url: 'http://x/', headers: {}, body: '{"ä":1}' }
          : undefined,
      asked: caseOf(alert, card, { names, parts }),
      hash: 'h',
    }),
  }
  return { store, languageModels, now: () => begin, actor }
}

describe('what a model is sent', () => {
  it('is shown with what its stand-ins stand for', async () => {
    const shown = previewModelInput.output.parse(
      await previewModelInput.run({ id: sampleAlert(1).id, streamed: false }, await open()),
    )
    expect(shown).toMatchObject({ body: '{"ä":1}', bytes: 8, prompt: 'triage@1', input_hash: 'h', secrets: 0 })
    expect(shown.stand_ins.length).toBeGreaterThan(0)
    for (const { stand_in } of shown.stand_ins) expect(stand_in).toMatch(/^[A-Z]+_\d+$/)
  })

  it('cannot be shown of what is not there', async () => {
    const deps = await open()
    await expect(previewModelInput.run({ id: 'none', streamed: false }, deps)).rejects.toThrow('Alert "none" not found')
    await expect(previewModelInput.run({ id: sampleAlert(2).id, streamed: false }, deps)).rejects.toThrow(
      'not been triaged',
    )
    const other = previewModelInput.run({ id: sampleAlert(1).id, provider: 'other', streamed: true }, deps)
    await expect(other).rejects.toThrow('language model "other"')
    await expect(testPrompt.run({ limit: 5 }, await open({}, []))).rejects.toThrow('No language model is configured')
  })
})

describe('asking a model about an alert', () => {
  it('answers with what came of it, is audited, and shows the answer coming', async () => {
    const deps = await open({ [sampleAlert(1).id]: { verdict: 'malicious' } })
    const drafts: unknown[] = []
    const watcher = { onDraft: (draft: unknown) => drafts.push(draft), signal: new AbortController().signal }
    const said = askModel.output.parse(await askModel.run({ id: sampleAlert(1).id }, { ...deps, watcher }))
    expect(said).toMatchObject({ opinion: { verdict: 'malicious' }, alert: { id: sampleAlert(1).id } })
    expect(drafts).toEqual([{ provider: 'local', model: 'm', summary: ['Somebody guessed'], claims: [] }])
    const { items } = await deps.store.audit.list({ limit: 5 })
    expect(items[0]).toMatchObject({ actor: 'noor', action: 'ask_model', target_id: sampleAlert(1).id })
  })

  it('is rejected without a model, and for alerts that are untriaged or closed', async () => {
    const deps = await open()
    await expect(askModel.run({ id: 'none' }, deps)).rejects.toThrow('Alert "none" not found')
    await expect(askModel.run({ id: sampleAlert(2).id }, deps)).rejects.toThrow('not been triaged')
    await expect(askModel.run({ id: sampleAlert(3).id }, deps)).rejects.toThrow('The alert is already resolved')
    await expect(askModel.run({ id: sampleAlert(1).id }, await open({}, []))).rejects.toThrow('No language model')
  })
})

it('shows the cost of models with the remaining budget', async () => {
  const deps = await open()
  await deps.store.llm.reserve(
    [{ period: 'month 2026-03', cost: 1e9, tokens: 1e9, calls: 10 }],
    { cost: 250_000, tokens: 100 },
    begin,
  )
  expect(getModelUsage.output.parse(await getModelUsage.run({}, deps))).toMatchObject({
    models: [{ name: 'local', model: 'm', shadow: false, rests_until: '2026-03-02T00:00:30.000Z' }],
    month: { cost_usd: 0.25, tokens: 100, calls: 1 },
    hour: { cost_usd: 0, tokens: 0, calls: 0 },
    calls: [],
  })
})

it('models are compared with the rules and with what people found, those in the shadow as well', async () => {
  const deps = await open({}, ['local', 'shadow-1'])
  const say = (number: number, provider: string, facts: Partial<ModelOpinion>, level = 'high' as const) =>
    deps.store.modelOpinions.save({
      alertId: sampleAlert(number).id,
      opinion: opinion({ provider, ...facts }),
      rules: { verdict: 'likely_malicious', risk_level: level },
    })
  await say(1, 'shadow-1', { verdict: 'benign', risk_level: 'info' })
  await say(3, 'shadow-1', { verdict: 'malicious', risk_level: 'critical', duration_ms: 3_000 })
  await say(4, 'shadow-1', { verdict: 'likely_benign', risk_level: 'high', status: 'cached', cost_usd: 0 })
  await say(5, 'shadow-1', { verdict: 'inconclusive', risk_level: 'high' })
  await say(6, 'shadow-1', { verdict: 'benign', risk_level: 'high', status: 'rejected' })
  await say(3, 'gone', { verdict: 'benign', risk_level: 'low' })
  const { data } = compareModels.output.parse(await compareModels.run({ days: 30 }, deps))
  expect(data.map(({ name, shadow, alerts }) => [name, shadow, alerts])).toEqual([
    ['local', false, 0],
    ['shadow-1', true, 5],
    ['gone', null, 1],
  ])
  expect(data[1]).toMatchObject({
    rejected: 1,
    same_level: 0.5,
    more_severe: 0.25,
    milder: 0.25,
    inconclusive: 0.25,
    judged_by_people: 3,
    agrees_with_people: 1,
    rules_agree_with_people: 0.5,
    cost_usd: 1,
    duration_ms: 1_000,
  })
  expect(data[2]).toMatchObject({ agrees_with_people: 0, milder: 1 })
  const of = listOpinions.output.parse(await listOpinions.run({ id: sampleAlert(3).id }, deps))
  expect(of.data.map(({ opinion: { provider, verdict }, shadow }) => [provider, verdict, shadow])).toEqual([
    ['gone', 'benign', null],
    ['shadow-1', 'malicious', true],
  ])
  await expect(askModel.run({ id: sampleAlert(1).id }, await open({}, ['shadow-1']))).rejects.toThrow('No language')
})

it('a prompt is tried on what people have closed, and compared with what they said', async () => {
  const deps = await open({
    [sampleAlert(3).id]: { verdict: 'likely_malicious' },
    [sampleAlert(4).id]: { verdict: 'malicious', claims_dropped: 3 },
    [sampleAlert(5).id]: { verdict: 'inconclusive', status: 'cached', cost_usd: 0 },
  })
  const tried = testPrompt.output.parse(await testPrompt.run({ limit: 10 }, deps))
  expect(tried).toMatchObject({
    prompt: 'triage@2',
    alerts: 3,
    answered: 3,
    agreement: 0.5,
    rejected: 0,
    cost_usd: 0.5,
    duration_ms: 1_000,
  })
  expect(tried.inconclusive).toBeCloseTo(1 / 3)
  expect(Object.fromEntries(tried.data.map(({ alert_id, agrees }) => [alert_id, agrees]))).toEqual({
    [sampleAlert(3).id]: true,
    [sampleAlert(4).id]: false,
    [sampleAlert(5).id]: null,
  })
})
