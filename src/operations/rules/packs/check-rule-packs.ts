import type { Log } from '../../../component.ts'
import type { MissingRulePack } from '../../../schema/rule/rule-pack.ts'
import { createDetectionStore } from '../../../store/alerts/detections.ts'
import { connect } from '../../../store/connect.ts'
import { dialectOf } from '../../../store/dialects/registry.ts'
import { createEventStore } from '../../../store/events/events.ts'
import { createParseHealthStore } from '../../../store/events/parse-health.ts'
import { executedMigrations, missingMigrations } from '../../../store/migrate.ts'
import { createRuleSettingStore } from '../../../store/rule-settings.ts'
import { createRules } from '../rule-folders.ts'
import { createReach } from '../rule-reach.ts'

type RulePackConfig = Parameters<typeof createRules>[0]['config'] & { readonly storage: { readonly url: string } }

/**
 * Reads an existing database, and finds rule packs for stored events that no active rule covers. Returns undefined before the first start
 * of this version. Changes nothing.
 */
export const checkRulePacks = async (
  config: RulePackConfig,
  { now, log }: { readonly now: () => number; readonly log: Log },
): Promise<readonly MissingRulePack[] | undefined> => {
  const database = await dialectOf(config.storage.url).open(config.storage.url, { log })
  try {
    if (missingMigrations(await executedMigrations(database.read)).length > 0) return undefined
    const connections = await connect(database, now)
    const parseHealth = createParseHealthStore(connections)
    const rules = createRules({ config, settings: createRuleSettingStore(connections).list, log })
    await rules.refresh()
    const store = {
      parseHealth,
      events: createEventStore(connections),
      detections: createDetectionStore(connections),
    }
    const { missingPacks } = await createReach({ store, book: rules.book, now })()
    const all = (await parseHealth.list()).flatMap(({ source }) => missingPacks(source))
    return [...new Map(all.map((pack) => [pack.product, pack])).values()]
  } finally {
    await database.close()
  }
}
