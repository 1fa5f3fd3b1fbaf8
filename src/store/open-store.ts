import type { Log } from '../component.ts'
import { AppError } from '../errors.ts'
import { createAlertStore } from './alerts.ts'
import { createAuditStore } from './audit.ts'
import { listChanges } from './changes.ts'
import { connect } from './connect.ts'
import type { Connections } from './database.ts'
import { createDetectionStore } from './detections.ts'
import type { Dialect } from './dialects/dialect.ts'
import { postgres } from './dialects/postgres.ts'
import { sqlite } from './dialects/sqlite.ts'
import { createEventStore } from './events.ts'
import { createIncidentStore } from './incidents.ts'
import { createIntakeStore } from './intake.ts'
import { migrate } from './migrate.ts'
import { createModelStore } from './models.ts'
import { createNotificationStore } from './notifications.ts'
import { createParseHealthStore } from './parse-health.ts'
import { createRuleSettingStore } from './rule-settings.ts'
import type { Store } from './store.ts'
import { createSuppressionStore } from './suppressions.ts'
import { createTokenStore } from './tokens.ts'
import { createTriageResultStore } from './triage-results.ts'

interface StoreOptions {
  readonly now: () => number
  readonly log: Log
}

/** A store with the connections that the embedded queue shares. */
export interface OpenStore extends Store {
  readonly connections: Connections
}

const dialects: readonly Dialect[] = [postgres, sqlite]

/** Opens the database that a URL names (`sqlite:PATH`, `sqlite::memory:`, `postgres://…`), bringing its tables up to date. */
export const openStore = async (url: string, { now, log }: StoreOptions): Promise<OpenStore> => {
  const scheme = url.slice(0, url.indexOf(':'))
  const dialect = dialects.find(({ schemes }) => schemes.includes(scheme))
  if (!dialect) {
    throw new AppError('CONFIG_INVALID', `There is no database of the kind "${scheme}".`, {
      hint: `Let storage.url begin with one of: ${dialects.flatMap(({ schemes }) => schemes).join(', ')}.`,
    })
  }
  const database = await dialect.open(url, log)
  try {
    await migrate(database)
    const connections = await connect(database, now)
    const { transaction, begin, write } = connections
    return {
      connections,
      events: createEventStore(connections, (id) =>
        log.error({ block: id }, 'A block of events is damaged and was stepped over; restore it from a backup.'),
      ),
      detections: createDetectionStore(connections),
      alerts: createAlertStore(connections),
      triageResults: createTriageResultStore(connections),
      incidents: createIncidentStore(connections),
      suppressions: createSuppressionStore(connections),
      ruleSettings: createRuleSettingStore(connections),
      tokens: createTokenStore(connections),
      audit: createAuditStore(connections),
      notifications: createNotificationStore(connections),
      models: createModelStore(connections),
      parseHealth: createParseHealthStore(connections),
      intake: createIntakeStore(connections),
      changes: (after, limit) => listChanges(connections, after, limit),
      transaction,
      begin,
      backup: database.backup,
      async ping() {
        await write
          .insertInto('counters')
          .values({ name: 'ping', value: now() })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: now() }))
          .execute()
      },
      close: database.close,
    }
  } catch (error) {
    await database.close()
    throw error
  }
}
