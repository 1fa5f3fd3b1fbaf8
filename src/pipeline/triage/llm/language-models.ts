import type { Runtime } from '../../../component.ts'
import { newId } from '../../../lib/identity/identity.ts'
import { day, hour, minute } from '../../../lib/units/time.ts'
import type { Alert } from '../../../schema/alert/alert.ts'
import type { QueryReading } from '../../../schema/query-result.ts'
import type { Severity } from '../../../schema/severity.ts'
import type { TriageResult } from '../../../schema/triage/triage-result.ts'
import type { Stage } from '../../stage.ts'
import { type AnswerKeeper, createAskModels, type NamedProvider } from './ask-models.ts'
import { createBudget, type Purse, periodsAt } from './budget.ts'
import type { RedactionPolicy } from './case.ts'
import { createChat } from './chat.ts'
import { formOpinion, poseQuestion } from './form-opinion.ts'
import { previewCall } from './preview-call.ts'
import { readGivenPrompt, readPromptFor } from './prompts.ts'
import type { AskedQuery } from './query-case.ts'
import { createReadQuery } from './read-query.ts'
import { type ConfiguredProvider, createProviders, llmRegistry } from './registry.ts'
import { createModelRequests, type ModelRequest } from './requests.ts'
import { createShadowModels, type OpinionKeeper } from './shadow-models.ts'
import { createStoreOpinions, isAnswer, type Opined, type ResultFacts } from './store-opinions.ts'

/** The settings of language models; all times are in ms. */
interface Settings {
  readonly providers: readonly ConfiguredProvider[]
  readonly send: RedactionPolicy['names'] & RedactionPolicy['parts']
  /** In dollars; calls and tokens an hour. */
  readonly budget: {
    readonly month: number
    readonly incident: number
    readonly hour_calls: number
    readonly hour_tokens: number
  }
  readonly min_level: Severity
  readonly timeout: number
  readonly again: number
  readonly remember: number
  readonly concurrency: number
  readonly language: string
  /** Folders with own prompts. */
  readonly prompts: readonly string[]
}

/** The settings of the model that reads queries and their results. */
interface QuerySettings {
  readonly enabled: boolean
  readonly api_key?: string | undefined
  readonly model: string
  readonly base_url: string
  readonly price: { readonly input: number; readonly output: number }
  readonly max_tokens: number
}

type RequestsOptions<Tx> = Parameters<typeof createModelRequests<Tx>>[0]

interface LanguageModelOptions<Tx> {
  readonly config: Settings
  readonly queries: QuerySettings
  readonly store: {
    readonly llm: RequestsOptions<Tx>['list'] &
      AnswerKeeper &
      Purse & { spent(period: string): Promise<{ readonly cost: number }>; forget(at: number): Promise<unknown> }
    readonly alerts: RequestsOptions<Tx>['alerts'] & Parameters<typeof createStoreOpinions<Tx>>[0]['alerts']
    readonly modelOpinions: OpinionKeeper & { forget(before: number): Promise<unknown> }
  } & Omit<Parameters<typeof createStoreOpinions<Tx>>[0], 'alerts'>
  readonly transaction: RequestsOptions<Tx>['transaction']
  /** Finds facts about an alert with a new answer, for receivers of its result. */
  readonly surroundings: (alert: Alert, signal: AbortSignal) => Promise<ResultFacts>
  readonly runtime: Runtime
}

/** How long opinions are stored for comparison, in ms. */
const compareFor = 400 * day

/** Creates the language models: the pipeline stages that ask them and store opinions, and all other uses. */
export const createLanguageModels = <Tx>({
  config,
  queries,
  store,
  transaction,
  surroundings,
  runtime,
}: LanguageModelOptions<Tx>) => {
  const { now, fetch, log, signal } = runtime
  const all = createProviders(config.providers, runtime)
  const providers = all.filter(({ shadow }) => !shadow)
  const prompt = readPromptFor('triage', config.prompts)
  const { lines, indicators, context, similar, ...names } = config.send
  const policy: RedactionPolicy = { names, parts: { lines, indicators, context, similar } }
  const { month, incident, hour_calls: hourCalls, hour_tokens: hourTokens } = config.budget
  const calling = {
    budget: createBudget(store.llm, { month, incident, hourCalls, hourTokens }, now),
    keeper: store.llm,
    timeout: config.timeout,
    remember: config.remember,
    fetch,
    now,
    newId: () => newId(now()),
    log,
  }
  const models = createAskModels({ ...calling, providers })
  const asking = { prompt, policy, language: config.language, now }
  const shadows = createShadowModels({
    providers: all.filter(({ shadow }) => shadow),
    calling,
    asking,
    keeper: store.modelOpinions,
  })

  const requests = createModelRequests<Tx>({
    list: store.llm,
    alerts: store.alerts,
    transaction,
    counts: providers.length > 0,
    shadows,
    hashOf: (alert, card) => poseQuestion(alert, card, asking).hash,
    minLevel: config.min_level,
    again: config.again,
    concurrency: config.concurrency,
    hold: 2 * config.timeout * (providers.length + 1) + minute,
    now,
    signal,
  })

  const ask: Stage<ModelRequest, Opined> = (asked, delivery) =>
    Promise.all(
      asked.map(async ({ alert, card, asker }) => {
        const opinion = await formOpinion(alert, card, models, asking, delivery.signal, asker)
        const found = isAnswer(opinion) ? await surroundings(alert, signal) : {}
        return { alert, seen: card, opinion, found }
      }),
    )

  /** Returns problems for the operator: no model answers, or the budget is nearly spent. */
  const problems = async (): Promise<readonly string[]> => {
    if (providers.length === 0) return []
    const spent = (await store.llm.spent(periodsAt(now(), '').month)).cost / 1e6
    const resting = [...models.resting().keys()]
    return [
      ...(resting.length === providers.length
        ? [`No language model answers: ${resting.join(', ')}. Alerts are triaged by rules only.`]
        : []),
      ...(spent >= 0.8 * month
        ? [`$${spent.toFixed(2)} of this month's $${month} budget for language models is spent.`]
        : []),
    ]
  }

  const readers: readonly NamedProvider[] = queries.api_key
    ? [{ name: 'query-guard', provider: llmRegistry.create('anthropic', readerOptions(queries), runtime) }]
    : queries.enabled
      ? providers
      : []
  const readQuery = createReadQuery({
    models: createAskModels({ ...calling, providers: readers }),
    prompt: readPromptFor('query', config.prompts),
    names,
    language: config.language,
    mostTokens: queries.max_tokens,
  })

  return {
    stages: {
      /** Requests nothing without a model. */
      requests: { ...requests, save: all.length > 0 ? requests.save : async () => undefined },
      ask,
      opinions: createStoreOpinions(store, now),
    },
    configured: all.map(({ name, provider: { model, price }, shadow }) => ({ name, model, shadow, price })),
    prompt: { name: prompt.name, hash: prompt.hash },
    budget: { month, incident, hour_calls: hourCalls, hour_tokens: hourTokens },
    periods: () => periodsAt(now(), ''),
    resting: () => new Map([...models.resting(), ...shadows.resting()]),
    problems,
    chat: createChat({ models, each: (one) => createAskModels({ ...calling, providers: [one] }), providers, now }),
    ask: requests.ask,
    withPrompt(text: string | undefined) {
      const tried = text === undefined ? prompt : readGivenPrompt(text)
      return {
        prompt: tried.name,
        opinion: (alert: Alert, card: TriageResult, ended: AbortSignal) =>
          formOpinion(alert, card, models, { ...asking, prompt: tried }, ended),
      }
    },
    async preview(
      alert: Alert,
      card: TriageResult,
      { provider: name, streamed }: { readonly provider: string | undefined; readonly streamed: boolean },
    ) {
      const { question, asked, hash } = poseQuestion(alert, card, asking)
      const one = name === undefined ? providers[0] : all.find((provider) => provider.name === name)
      return {
        call: one && { ...(await previewCall(one.provider, question, streamed)), provider: one.name },
        asked,
        hash,
      }
    },
    /** Reads a query and its results; undefined without a model. Has a time limit, because the sender waits. */
    readQuery:
      readers.length === 0
        ? undefined
        : (asked: AskedQuery): Promise<QueryReading> =>
            readQuery(asked, AbortSignal.any([signal, AbortSignal.timeout(2 * config.timeout)])),
    jobs:
      all.length === 0
        ? []
        : [
            { name: 'ask language models', every: 500, run: requests.workDue },
            {
              name: 'forget answers of models',
              every: hour,
              run: async () => {
                await store.llm.forget(now())
                await store.modelOpinions.forget(now() - compareFor)
              },
            },
          ],
  }
}

const readerOptions = ({ model, api_key, base_url, price }: QuerySettings) => ({ model, api_key, base_url, price })
