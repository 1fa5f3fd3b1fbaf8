import type { Runtime } from '../component.ts'
import { didYouMean } from '../config/closest.ts'
import type { Config } from '../config.ts'
import { AppError, messageOf } from '../errors.ts'
import type { LanguageModels } from '../operations/world.ts'
import type { Keeper } from '../pipeline/stage.ts'
import { createAskModels, type NamedProvider } from '../pipeline/triage/llm/ask-models.ts'
import { createBudget, periodsAt } from '../pipeline/triage/llm/budget.ts'
import type { RedactionPolicy } from '../pipeline/triage/llm/case.ts'
import { formOpinion, poseQuestion } from '../pipeline/triage/llm/form-opinion.ts'
import { previewCall } from '../pipeline/triage/llm/preview-call.ts'
import { type Prompt, readPrompt } from '../pipeline/triage/llm/prompt-file.ts'
import { llmRegistry } from '../pipeline/triage/llm/registry.ts'
import { type JudgedAlert, keepTriage } from '../pipeline/triage/triage.ts'
import type { Queue } from '../queue/queue.ts'
import { type Alert, openAlertStatuses } from '../schema/alert.ts'
import { applyOpinion, renumber } from '../schema/apply-opinion.ts'
import { isSample } from '../schema/sample.ts'
import { graver, severityRank } from '../schema/severity.ts'
import type { ModelOpinion } from '../schema/triage-result.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { newId } from './identity.ts'
import { readTriagePrompt } from './prompts.ts'

interface LlmOptions {
  readonly config: Config['triage']['llm']
  readonly store: Store
  readonly queue: Pick<Queue<Transaction>, 'publish'>
  readonly runtime: Runtime
}

/** For how long after an alert a model is asked that does not answer, in ms. */
const tryFor = 24 * 3_600_000

/** Puts language models together: the cards that are kept are asked about afterwards, each at its time, and never waited for. */
export const createLlm = ({ config, store, queue, runtime: { now, fetch, log, signal } }: LlmOptions) => {
  const providers = providersOf(config.providers, { now, fetch, log, signal })
  const prompt = readTriagePrompt(config.prompts)
  const { lines, indicators, context, similar, ...names } = config.send
  const policy: RedactionPolicy = { names, parts: { lines, indicators, context, similar } }
  const { month, incident, hour_calls: hourCalls, hour_tokens: hourTokens } = config.budget
  const models = createAskModels({
    providers,
    budget: createBudget(store.llm, { month, incident, hourCalls, hourTokens }, now),
    keeper: store.llm,
    timeout: config.timeout,
    remember: config.remember,
    fetch,
    now,
    newId: () => newId(now()),
    log,
  })
  const asking = { prompt, policy, language: config.language, now }
  /** Longer than all that asking about one alert can take. */
  const hold = 2 * config.timeout * Math.max(1, providers.length) + 60_000

  /** Asks about one alert and puts what is said on its card as it is by then. */
  const enrich = async (id: string, until: number, ended: AbortSignal): Promise<void> => {
    const alert = await store.alerts.get(id)
    const card = alert?.triage
    if (!alert || !card || !isWorthwhile(alert, config.min_level)) return store.llm.done(id, until)
    const before = card.model
    const hasAnswer = before?.status === 'answered' || before?.status === 'cached'
    if (before && hasAnswer) {
      if (before.input_hash === poseQuestion(alert, card, asking).hash) return store.llm.done(id, until)
      const next = Date.parse(before.asked_at) + config.again
      if (next > now()) return store.llm.postpone(id, until, next)
    }
    const opinion = await formOpinion(alert, card, models, asking, ended).catch(async (error: unknown) => {
      if (!ended.aborted) await store.llm.done(id, until)
      throw error
    })
    const unheard = opinion.status === 'failed' || opinion.status === 'skipped'
    // An answer stays until there is another; that nobody answered is said once.
    const mayReplace = !unheard || !before || (!hasAnswer && before.reason !== opinion.reason)
    const tryAgain = unheard && Date.parse(alert.created_at) > now() - tryFor
    if (tryAgain) await store.llm.postpone(id, until, now() + config.again)
    await store.transaction(async (tx) => {
      if (!tryAgain) await store.llm.done(id, until, tx)
      const [current] = await store.alerts.load([id], tx)
      if (current?.triage && mayReplace) await put(current, current.triage, opinion, alert, tx)
    })
  }

  const put = async (
    current: Alert,
    card: NonNullable<Alert['triage']>,
    opinion: ModelOpinion,
    asked: Alert,
    tx: Transaction,
  ): Promise<void> => {
    const triage = applyOpinion(card, renumber(opinion, asked.triage ?? card, card))
    const time = new Date(now()).toISOString()
    await store.alerts.save([{ ...current, triage, updated_at: time, version: current.version + 1 }], tx)
    await store.triageResults.save([{ alertId: current.id, result: triage }], tx)
    if (triage.risk_score === card.risk_score && triage.verdict === card.verdict) return
    await store.audit.append(
      [
        {
          time: now(),
          actor: `model ${opinion.provider}`,
          action: 'raise',
          target_type: 'alert',
          target_id: current.id,
          old_values: { risk_score: card.risk_score, verdict: card.verdict },
          new_values: { risk_score: triage.risk_score, verdict: triage.verdict, model: opinion.model },
        },
      ],
      tx,
    )
    // Its incident learns of it.
    await queue.publish('alerts', [current.id], tx)
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
      if (providers.length > 0 && wanted.length > 0) {
        await store.llm.request(
          wanted.map(({ id }) => id),
          now(),
          tx,
        )
      }
    },
  }
  const cards = keepTriage({ results: store.triageResults, contexts: store.alertContext })

  const world: LanguageModels = {
    configured: providers.map(({ name, provider }) => ({ name, model: provider.model })),
    prompt: { name: prompt.name, hash: prompt.hash },
    budget: { month, incident, hour_calls: hourCalls, hour_tokens: hourTokens },
    periods: () => periodsAt(now(), ''),
    resting: models.resting,
    judgeWith(text) {
      const tried = text === undefined ? prompt : readGiven(text)
      return {
        prompt: tried.name,
        opinion: (alert, card, ended) => formOpinion(alert, card, models, { ...asking, prompt: tried }, ended),
      }
    },
    async preview(alert, card, name) {
      const { question, asked, hash } = poseQuestion(alert, card, asking)
      const one = name === undefined ? providers[0] : providers.find((provider) => provider.name === name)
      return { call: one && { ...(await previewCall(one.provider, question)), provider: one.name }, asked, hash }
    },
  }

  return {
    world,
    problems,
    /** Keeps cards, and remembers which a model is to be asked about. */
    cards: {
      async save(alerts, tx) {
        await cards.save(alerts, tx)
        await requests.save(alerts, tx)
      },
    } satisfies Keeper<JudgedAlert, Transaction>,
    jobs:
      providers.length === 0
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
            { name: 'forget answers of models', every: 3_600_000, run: () => store.llm.forget(now()) },
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

const providersOf = (entries: Config['triage']['llm']['providers'], runtime: Runtime): readonly NamedProvider[] => {
  const named = entries.map(({ type, name, ...options }) => {
    if (!llmRegistry.names.includes(type)) {
      throw new AppError('CONFIG_INVALID', `There is no language model of the type "${type}".`, {
        hint: didYouMean(type, llmRegistry.names),
      })
    }
    return { name: name ?? type, provider: llmRegistry.create(type, options, runtime) }
  })
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) !== i)
  if (twice) {
    throw new AppError('CONFIG_INVALID', `Two language models are named "${twice.name}".`, {
      hint: 'Name one of them.',
    })
  }
  return named
}
