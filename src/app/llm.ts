import type { Runtime } from '../component.ts'
import type { Config } from '../config.ts'
import { AppError, messageOf } from '../errors.ts'
import { newId } from '../lib/identity/identity.ts'
import { didYouMean } from '../lib/spelling/closest.ts'
import type { LanguageModels } from '../operations/deps.ts'
import type { QueryQuestion } from '../operations/query-results/query-analyst.ts'
import type { Watcher } from '../operations/watcher.ts'
import type { Keeper } from '../pipeline/stage.ts'
import { createAskModels, type NamedProvider } from '../pipeline/triage/llm/ask-models.ts'
import { createBudget, periodsAt } from '../pipeline/triage/llm/budget.ts'
import type { RedactionPolicy } from '../pipeline/triage/llm/case.ts'
import { createChat } from '../pipeline/triage/llm/chat.ts'
import { formOpinion, poseQuestion } from '../pipeline/triage/llm/form-opinion.ts'
import { previewCall } from '../pipeline/triage/llm/preview-call.ts'
import { type Prompt, readPrompt } from '../pipeline/triage/llm/prompt-file.ts'
import { createReadQuery } from '../pipeline/triage/llm/read-query.ts'
import { llmRegistry } from '../pipeline/triage/llm/registry.ts'
import { type JudgedAlert, keepTriage } from '../pipeline/triage/triage.ts'
import type { Queue } from '../queue/queue.ts'
import { type Alert, openAlertStatuses } from '../schema/alert.ts'
import { isSample } from '../schema/sample.ts'
import { graver, severityRank } from '../schema/severity.ts'
import type { ModelOpinion, OpinionDraft, TriageResult } from '../schema/triage-result.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { TellAgain } from './alert-queues.ts'
import { createKeepOpinion, isAnswer, isUnheard } from './keep-opinion.ts'
import { readPromptFor } from './prompts.ts'
import { createShadowModels } from './shadow-models.ts'
import { createSharedWork } from './shared-work.ts'

interface ConfiguredModel extends NamedProvider {
  /** Whether what it says changes nothing. */
  readonly shadow: boolean
}

interface LlmOptions {
  readonly config: Config['triage']['llm']
  /** Who reads queries and their results. */
  readonly queries: Config['query_guard']['language_model']
  readonly store: Store
  readonly queue: Pick<Queue<Transaction>, 'publish'>
  /** Finds out what is to be told of an alert again; undefined where nobody is told of results. */
  readonly tellAgain?: ((alert: Alert, signal: AbortSignal) => Promise<TellAgain>) | undefined
  readonly runtime: Runtime
}

/** For how long after an alert a model is asked that does not answer, in ms. */
const tryFor = 24 * 3_600_000
/** How long it is known what models said, in ms. */
const compareFor = 400 * 24 * 3_600_000

/** Puts language models together: the cards that are kept are asked about afterwards, each at its time, and never waited for. */
export const createLlm = ({
  config,
  queries,
  store,
  queue,
  tellAgain,
  runtime: { now, fetch, log, signal },
}: LlmOptions) => {
  const all = providersOf(config.providers, { now, fetch, log, signal })
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
  const shadows = createShadowModels({ providers: all.filter(({ shadow }) => shadow), calling, asking, store })
  /** Longer than all that asking about one alert can take. */
  const hold = 2 * config.timeout * (providers.length + 1) + 60_000

  const keepOpinion = createKeepOpinion({ store, queue, now })
  const share = createSharedWork<OpinionDraft, ModelOpinion>()

  /** Asks about one alert and puts what is said on its card as it is by then. For a person it is asked anew. */
  const consult = (
    alert: Alert,
    card: TriageResult,
    { tell: hear, signal: called }: Watcher,
    forPerson: boolean,
  ): Promise<ModelOpinion> =>
    share(
      alert.id,
      async (tell, left) => {
        const asker = forPerson ? { tell: hear && tell } : undefined
        const opinion = await formOpinion(alert, card, models, asking, AbortSignal.any([left, signal]), asker)
        const write = isAnswer(opinion) ? await tellAgain?.(alert, signal) : undefined
        await keepOpinion(alert.id, opinion, card, write)
        await shadows.note(alert, card, opinion)
        return opinion
      },
      { tell: hear, signal: called },
    )

  /** Asks about one alert whose turn it is. */
  const enrich = async (id: string, until: number, ended: AbortSignal): Promise<void> => {
    const alert = await store.alerts.get(id)
    const card = alert?.triage
    if (!alert || !card || !isWorthwhile(alert, config.min_level)) return store.llm.done(id, until)
    const before = card.model
    if (before && isAnswer(before)) {
      if (before.input_hash === poseQuestion(alert, card, asking).hash) return store.llm.done(id, until)
      const next = Date.parse(before.asked_at) + config.again
      if (next > now()) return store.llm.postpone(id, until, next)
    }
    const ask = async (): Promise<ModelOpinion | undefined> => {
      const opinion = providers.length > 0 ? await consult(alert, card, { signal: ended }, false) : undefined
      await shadows.listen(alert, card, ended)
      return opinion
    }
    const opinion = await ask().catch(async (error: unknown) => {
      if (!ended.aborted) await store.llm.done(id, until)
      throw error
    })
    if (opinion && isUnheard(opinion) && Date.parse(alert.created_at) > now() - tryFor) {
      return store.llm.postpone(id, until, now() + config.again)
    }
    await store.llm.done(id, until)
  }

  /** What an operator should know: that models rest, or that little is left to spend. */
  const problems = async (): Promise<readonly string[]> => {
    if (providers.length === 0) return []
    const spent = (await store.llm.spent(periodsAt(now(), '').month)).cost / 1e6
    const resting = [...models.resting().keys()]
    return [
      ...(resting.length === providers.length
        ? [`No language model answers: ${resting.join(', ')}. Alerts are judged by the rules alone.`]
        : []),
      ...(spent >= 0.8 * month
        ? [`$${spent.toFixed(2)} of the $${month} that language models may cost this month are spent.`]
        : []),
    ]
  }

  const requests: Keeper<JudgedAlert, Transaction> = {
    async save(alerts, tx) {
      const wanted = alerts.filter((alert) => isWorthwhile(alert, config.min_level))
      if (all.length > 0 && wanted.length > 0) {
        await store.llm.request(
          wanted.map(({ id }) => id),
          now(),
          tx,
        )
      }
    },
  }
  const cards = keepTriage({ results: store.triageResults, contexts: store.alertContext })

  const deps: LanguageModels = {
    configured: all.map(({ name, provider: { model, price }, shadow }) => ({ name, model, shadow, price })),
    chat: createChat({ models, each: (one) => createAskModels({ ...calling, providers: [one] }), providers, now }),
    prompt: { name: prompt.name, hash: prompt.hash },
    budget: { month, incident, hour_calls: hourCalls, hour_tokens: hourTokens },
    periods: () => periodsAt(now(), ''),
    resting: () => new Map([...models.resting(), ...shadows.resting()]),
    judgeWith(text) {
      const tried = text === undefined ? prompt : readGiven(text)
      return {
        prompt: tried.name,
        opinion: (alert, card, ended) => formOpinion(alert, card, models, { ...asking, prompt: tried }, ended),
      }
    },
    ask: (alert, card, watcher) => consult(alert, card, watcher, true),
    async preview(alert, card, { provider: name, streamed }) {
      const { question, asked, hash } = poseQuestion(alert, card, asking)
      const one = name === undefined ? providers[0] : all.find((provider) => provider.name === name)
      return {
        call: one && { ...(await previewCall(one.provider, question, streamed)), provider: one.name },
        asked,
        hash,
      }
    },
  }

  const { enabled, api_key, model, base_url, price } = queries
  const readers: readonly NamedProvider[] = api_key
    ? [
        {
          name: 'query-guard',
          provider: llmRegistry.create('anthropic', { model, api_key, base_url, price }, { now, fetch, log, signal }),
        },
      ]
    : enabled
      ? providers
      : []
  const readQuery = createReadQuery({
    models: createAskModels({ ...calling, providers: readers }),
    prompt: readPromptFor('query', config.prompts),
    names,
    language: config.language,
  })

  return {
    deps,
    problems,
    /** Reads a query and its results; undefined where no model does. Whoever sent the results waits, so it is given up in time. */
    readQuery:
      readers.length === 0
        ? undefined
        : (asked: QueryQuestion) =>
            readQuery(asked, AbortSignal.any([signal, AbortSignal.timeout(2 * config.timeout)])),
    /** Keeps cards, and remembers which a model is to be asked about. */
    cards: {
      async save(alerts, tx) {
        await cards.save(alerts, tx)
        await requests.save(alerts, tx)
      },
    } satisfies Keeper<JudgedAlert, Transaction>,
    jobs:
      all.length === 0
        ? []
        : [
            {
              name: 'ask language models',
              every: 500,
              run: async (ended: AbortSignal) => {
                const until = now() + hold
                const ids = await store.llm.claim(now(), until, config.concurrency)
                const results = await Promise.allSettled(ids.map((id) => enrich(id, until, ended)))
                for (const result of results) if (result.status === 'rejected' && !ended.aborted) throw result.reason
              },
            },
            {
              name: 'forget answers of models',
              every: 3_600_000,
              run: async () => {
                await store.llm.forget(now())
                await store.modelOpinions.forget(now() - compareFor)
              },
            },
          ],
  }
}

const readGiven = (text: string): Prompt => {
  try {
    return readPrompt(text, 'that was given')
  } catch (error) {
    throw new AppError('INVALID_REQUEST', messageOf(error), {
      cause: error,
      errors: [{ path: 'prompt', message: 'cannot be used' }],
    })
  }
}

const isWorthwhile = (alert: Alert, least: Config['triage']['llm']['min_level']): boolean =>
  alert.triage !== null &&
  // Nobody pays for a recording.
  !isSample(alert.source) &&
  openAlertStatuses.some((open) => open === alert.status) &&
  severityRank(graver(alert.triage.risk_level, alert.severity)) >= severityRank(least)

const providersOf = (entries: Config['triage']['llm']['providers'], runtime: Runtime): readonly ConfiguredModel[] => {
  const named = entries.map(({ type, name, shadow, ...options }) => {
    if (!llmRegistry.names.includes(type)) {
      throw new AppError('CONFIG_INVALID', `There is no language model of the type "${type}".`, {
        hint: didYouMean(type, llmRegistry.names),
      })
    }
    return { name: name ?? type, shadow, provider: llmRegistry.create(type, options, runtime) }
  })
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) !== i)
  if (twice) {
    throw new AppError('CONFIG_INVALID', `Two language models are named "${twice.name}".`, {
      hint: 'Name one of them.',
    })
  }
  return named
}
