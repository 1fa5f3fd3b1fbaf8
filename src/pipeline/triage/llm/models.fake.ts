import type { Log } from '../../../component.ts'
import { nameKinds, type Treatment } from '../../../lib/redaction/redaction.ts'
import { openStore } from '../../../store/open-store.ts'
import { assessAlert } from '../assess.ts'
import { someAlert, someSurroundings } from '../triager.conformance.ts'
import { createAskModels } from './ask-models.ts'
import { createBudget } from './budget.ts'
import type { RedactionPolicy } from './case.ts'
import { readPrompt } from './prompt-file.ts'
import { llmRegistry } from './registry.ts'
import { type RunningVendor, startVendor, vendors } from './vendors.fake.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** When everything of these tests begins. */
export const begin = Date.UTC(2026, 0, 5, 8)

/** Names are masked, everything else is sent. */
export const masking: RedactionPolicy = {
  names: Object.fromEntries(nameKinds.map((kind) => [kind, 'mask'])) as Record<(typeof nameKinds)[number], Treatment>,
  parts: { lines: 'send', indicators: 'send', context: 'send', similar: 'send' },
}

const prompt = readPrompt(
  '---\nid: triage\nversion: 1\ntask: triage\nmax_tokens: 1000\n---\n# Instructions\nBe careful.\n# Question\n{{marker}}\n{{data}}',
  'test.md',
)

/** The answer of a truthful model. */
export const goodAnswer = () => ({
  verdict: 'likely_malicious',
  risk_level: 'high',
  summary: [{ text: '286 logins failed from IP_1.', evidence_ids: ['s1'] }],
  claims: [{ sign: 'for', text: 'root was tried first', evidence_ids: ['e1'] }],
  checks: [],
  estimated_impact: [],
  details: { attack_patterns: [], source_analysis: [], compromised_credentials_risk: 'high' },
})

export const someCard = assessAlert(someAlert(), begin, someSurroundings())

/** Fake vendors, a store that remembers what they cost, and a clock. */
export const openModels = async () => {
  const clock = { time: begin }
  const now = () => clock.time
  const store = await openStore('sqlite::memory:', { now, log })
  const running: RunningVendor[] = []
  let ids = 0

  const providerOf = ({ settings: { type, ...options } }: RunningVendor) =>
    llmRegistry.create(String(type), options, { now, fetch, log, signal: new AbortController().signal })

  const stopVendors = async (): Promise<void> => {
    for (const vendor of running.splice(0)) await vendor.wire.close()
  }

  return {
    clock,
    now,
    store,
    providerOf,

    async start(type: string, answer: (prompt: string) => unknown = goodAnswer): Promise<RunningVendor> {
      const vendor = vendors.find((one) => one.type === type)
      if (!vendor) throw new Error(`there is no vendor ${type}`)
      const started = await startVendor(vendor, answer)
      running.push(started)
      return started
    },

    modelsOf: (some: readonly RunningVendor[], limits: Partial<Parameters<typeof createBudget>[1]> = {}) =>
      createAskModels({
        providers: some.map((one, i) => ({ name: `m${i}`, provider: providerOf(one) })),
        budget: createBudget(store.llm, { month: 1, incident: 1, hourCalls: 1_000, hourTokens: 1e9, ...limits }, now),
        keeper: store.llm,
        timeout: some.some(({ behaviour }) => behaviour === 'hangs' || behaviour === 'stalls') ? 1_500 : 20_000,
        remember: 1_000_000,
        fetch,
        now,
        newId: () => String(ids++),
        log,
      }),

    spentThisMonth: () => store.llm.spent('month 2026-01'),
    metered: () => store.llm.metered(begin),

    stopVendors,
    async close() {
      await stopVendors()
      await store.close()
    },
  }
}
export type ModelDeps = Awaited<ReturnType<typeof openModels>>

/** How alerts are asked about in these tests. */
export const asking = ({ now }: Pick<ModelDeps, 'now'>) => ({ prompt, policy: masking, language: 'English', now })
