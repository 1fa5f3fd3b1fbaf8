import { loginHistoryName } from '../context/login-history.ts'
import type { ContextTables } from '../context/tables.ts'
import { newId, newSecret } from '../lib/identity/identity.ts'
import { createCarryOut } from '../operations/actions/carry-out.ts'
import { readAgents } from '../operations/agents/read-agents.ts'
import type { Deps } from '../operations/deps.ts'
import { createLogModels } from '../operations/models/log-models.ts'
import { createQueryGuard } from '../operations/query-results/query-guard.ts'
import { createReach } from '../operations/rules/rule-reach.ts'
import { createHealth } from '../operations/status/health.ts'
import { countIntake } from '../pipeline/ingest/count-intake.ts'
import { createAdoption } from './adoption.ts'
import type { Base } from './base.ts'
import { createOffload } from './offload/offload.ts'
import type { RunningPipeline } from './pipeline.ts'
import type { PipelineThread } from './pipeline-thread/pipeline-thread.ts'
import { partitionsOf } from './pipeline-thread/shared-state.ts'
import { createSignIn } from './sign-in.ts'
import { alertSources } from './sources.ts'
import type { AppTables } from './tables.ts'
import type { Upkeep } from './upkeep.ts'

/** Creates everything that operations use. */
export const createDeps = async (
  { config, store, queue, broker: queueBroker, telemetry, outages, runtime }: Base,
  { rules, rulesFolder, context, intel, suppressions, agents }: AppTables,
  pipeline: RunningPipeline,
  { auditHead, problems }: Upkeep,
  thread: Pick<PipelineThread, 'problems' | 'loginHistory'> | undefined,
) => {
  const { now, fetch, log, signal } = runtime
  const { models, publish, receivers, learnt } = pipeline
  const [alertSource] = alertSources(config.rabbitmq)
  const logModels = await createLogModels(config.log_detection, { now, log })
  const offload = createOffload({
    config,
    agents,
    rules: rules.book,
    ruleSettings: store.ruleSettings.list,
    indicators: intel.intel.table.index,
    logModels,
    analyzed: telemetry.analyzed,
    log,
  })
  const broker = () => ({
    consumer: alertSource && outages.isReached(alertSource.name),
    publisher: publish.name === undefined ? undefined : outages.isReached(publish.name),
  })
  const intake = countIntake(pipeline.intake, telemetry)
  const deps: Deps = {
    ...{ store, queue, suppressions, rules, rulesFolder, logModels, auditHead, now, newSecret },
    context: {
      ...context,
      loadHistory: thread
        ? loaderOf(context.tables, thread.loginHistory)
        : config.topics.includes('records')
          ? undefined
          : loaderOf(context.tables, () => savedHistories(store, config.partitions)),
    },
    newId: () => newId(now()),
    intake,
    samples: pipeline.sampleWeek.operations,
    normalize: learnt.parse,
    learning: learnt.progress,
    reach: createReach({ store, book: rules.book, now }),
    triageAlert: learnt.triageAlert,
    history: pipeline.history,
    risk: config.triage.risk,
    languageModels: models,
    intel: intel.intel,
    agents: readAgents(config.network_agents),
    activeAgents: agents,
    playbooks: pipeline.playbooks,
    carryOut: createCarryOut({ webhooks: config.remediation.webhooks, fetch, now, signal }),
    receivers: receivers.names,
    receiverTrials: receivers.trials,
    receiverButtons: receivers.buttons,
    publicUrl: config.server.public_url,
    queryGuard: createQueryGuard({
      store,
      now,
      newId: () => newId(now()),
      readQuery: models.readQuery,
      threshold: config.query_guard.threshold,
      roleThresholds: config.query_guard.role_thresholds,
      minTrainingRecords: config.query_guard.min_training_records,
      maxHistory: config.query_guard.max_history,
      maxShown: config.query_guard.max_records_per_batch,
      excludedDatasets: config.query_guard.excluded_datasets,
      blockedQueries: config.query_guard.blocked_queries,
      alertFrom: config.query_guard.alerts,
    }),
    adopt: createAdoption({
      dataDir: config.data_dir,
      target: { store, intake, now },
      refresh: async () => void (await Promise.all([context.refresh(), intel.intel.table.refresh()])),
    }),
    signIn: createSignIn(config, now, log),
    offload: offload.run,
    health: createHealth({
      ...{ store, queue, telemetry, broker, models },
      outages: {
        problems: () => [...outages.problems(), ...pipeline.problems(), ...(thread?.problems() ?? []), ...problems()],
      },
      carrier: queueBroker,
    }),
    metrics: telemetry.metrics,
  }
  return { deps, offload }
}

/** Copies the login histories of other threads or processes into the tables of this thread, where requests read them. */
const loaderOf =
  ({ history }: ContextTables, load: PipelineThread['loginHistory']) =>
  async (): Promise<void> => {
    const [first, ...others] = await load()
    if (first) history.restore(first)
    for (const state of others) history.add(state)
  }

/** The login histories that the processes with the records have saved; they do so twice a minute. */
const savedHistories = async ({ models }: Base['store'], partitions: number): Promise<readonly Uint8Array[]> => {
  const saved = await Promise.all(partitionsOf(partitions).map((partition) => models.load(loginHistoryName, partition)))
  return saved.flatMap((model) => model?.state ?? [])
}
