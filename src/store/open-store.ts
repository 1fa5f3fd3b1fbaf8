import { randomInt } from 'node:crypto'
import type { Log } from '../component.ts'
import { createAccountStore } from './accounts/accounts.ts'
import { createTokenStore } from './accounts/tokens.ts'
import { createAlertContextStore } from './alerts/alert-context.ts'
import { createAlertIndex } from './alerts/alert-index.ts'
import { createAlertResultStore } from './alerts/alert-results.ts'
import { createAlertStore } from './alerts/alerts.ts'
import { createDetectionStore } from './alerts/detections.ts'
import { createTriageResultStore } from './alerts/triage-results.ts'
import { createAnomalyStore } from './anomalies/anomalies.ts'
import { createScoredBatchStore } from './anomalies/scored-batches.ts'
import { createAuditStore } from './audit/audit.ts'
import { readStoreChanges } from './audit/changes.ts'
import { createDecisionStore } from './audit/decisions.ts'
import type { ChangeClock } from './change-clock.ts'
import { connect } from './connect.ts'
import type { Connections } from './database.ts'
import { dialectOf } from './dialects/registry.ts'
import { cacheBlockObjects } from './events/block-object-cache.ts'
import { probeBlockObjects } from './events/block-object-probe.ts'
import { type BlockLocation, openBlockObjects } from './events/block-objects.ts'
import { createEventStore } from './events/events.ts'
import { createParseHealthStore } from './events/parse-health.ts'
import { createIncidentStore } from './incidents/incidents.ts'
import { createNotificationStore } from './incidents/notifications.ts'
import { createRemediationActionStore } from './incidents/remediation-actions.ts'
import { createIntakeStore } from './intake/intake.ts'
import { createIntelAnswerStore } from './intel/intel-answers.ts'
import { createIntelFeedStore } from './intel/intel-feeds.ts'
import { createThreatIntelStore } from './intel/threat-intel.ts'
import { createAssetStore } from './inventory/assets.ts'
import { createPersonStore } from './inventory/people.ts'
import { createSourceDataStore } from './inventory/source-data.ts'
import { createLlmStore } from './language-models/llm.ts'
import { createModelOpinionStore } from './language-models/model-opinions.ts'
import { executedMigrations, migrate, newerMigrations } from './migrate.ts'
import { createModelStore } from './models.ts'
import { createQueryResultStore } from './query-results/query-results.ts'
import { createRetentionStore } from './retention.ts'
import { createRuleSettingStore } from './rule-settings.ts'
import { followServerTime } from './server-time.ts'
import type { Store } from './store.ts'
import { createSuppressionStore } from './suppressions.ts'
import { createViewStore } from './views.ts'
import { upsert } from './write-rows.ts'

export interface StoreOptions {
  readonly now: () => number
  /** Whether to follow the clock of a database server that several processes share. */
  readonly followsServer?: boolean
  readonly log: Log
  /** Whether to reject when the file of the database is missing, instead of creating it. */
  readonly mustExist?: boolean
  /** How many alerts the index holds in memory; the rest is read from the database on demand. */
  readonly alertsInMemory?: number
  /** Where to store the payloads of new blocks of events; in the database without it. */
  readonly blocks?: BlockLocation | undefined
  /** The clock of another thread that has the same database open. */
  readonly clock?: ChangeClock | undefined
}

/** A store with the connections that the embedded queue shares. */
export interface OpenStore extends Store {
  readonly connections: Connections
  /** The clock of all processes that share the database. */
  readonly now: () => number
}

/** Opens the database that a URL names (`sqlite:PATH`, `sqlite::memory:`, `postgres://…`), bringing its tables up to date. */
export const openStore = async (
  url: string,
  { now: ownClock, followsServer = false, log, mustExist = false, alertsInMemory, blocks, clock }: StoreOptions,
): Promise<OpenStore> => {
  const database = await dialectOf(url).open(url, { log, mustExist })
  try {
    await migrate(database, log)
    const time = followsServer ? await followServerTime(database, ownClock) : undefined
    const now = time?.now ?? ownClock
    const connections = await connect(database, now, clock)
    const { transaction, begin, write } = connections
    const alertIndex = createAlertIndex(connections, alertsInMemory)
    const objects = blocks && cacheBlockObjects(openBlockObjects(await ownPlace(blocks, connections)))
    return {
      connections,
      now,
      events: createEventStore(
        connections,
        (id) =>
          log.error({ block: id }, 'A block of events is damaged and was stepped over; restore it from a backup.'),
        objects,
      ),
      detections: createDetectionStore(connections),
      alerts: createAlertStore(connections, alertIndex),
      triageResults: createTriageResultStore(),
      alertResults: createAlertResultStore(connections),
      alertContext: createAlertContextStore(connections),
      assets: createAssetStore(connections),
      people: createPersonStore(connections),
      accounts: createAccountStore(connections),
      threatIntel: createThreatIntelStore(connections),
      intelFeeds: createIntelFeedStore(connections),
      intelAnswers: createIntelAnswerStore(connections),
      llm: createLlmStore(connections),
      modelOpinions: createModelOpinionStore(connections),
      incidents: createIncidentStore(connections),
      remediationActions: createRemediationActionStore(connections),
      suppressions: createSuppressionStore(connections),
      ruleSettings: createRuleSettingStore(connections),
      tokens: createTokenStore(connections),
      audit: createAuditStore(connections),
      decisions: createDecisionStore(connections),
      views: createViewStore(connections),
      notifications: createNotificationStore(connections),
      models: createModelStore(connections),
      parseHealth: createParseHealthStore(connections),
      intake: createIntakeStore(connections),
      scoredBatches: createScoredBatchStore(connections),
      anomalies: createAnomalyStore(connections),
      queryResults: createQueryResultStore(connections),
      sourceData: createSourceDataStore(connections, alertIndex),
      retention: createRetentionStore(connections, alertIndex),
      settled: connections.settled,
      changes: (after, limit) => readStoreChanges(connections, after, limit),
      transaction,
      begin,
      space: database.space,
      reclaim: database.reclaim,
      async ping() {
        await upsert(write, 'counters', [{ name: 'ping', value: now() }], { key: ['name'] })
      },
      newerMigrations: async () => newerMigrations(await executedMigrations(database.read)),
      blockProblems: objects ? probeBlockObjects(objects) : async () => [],
      close() {
        time?.close()
        return database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** The name of the counter with the number of this database. A copy of the database gets another number. */
export const databaseNumber = 'database'

/** Prefixes object names with the ID of the database, so that no other database removes them as garbage. */
const ownPlace = async (blocks: BlockLocation, { read, write }: Connections): Promise<BlockLocation> => {
  const row = { name: databaseNumber, value: randomInt(1, 2 ** 47) }
  await write
    .insertInto('counters')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const { value } = await read
    .selectFrom('counters')
    .select('value')
    .where('name', '=', databaseNumber)
    .executeTakeFirstOrThrow()
  return { ...blocks, prefix: `${blocks.prefix}${Number(value).toString(36)}/` }
}
