import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { initial } from './0001-initial.ts'
import { ruleSettings } from './0002-rule-settings.ts'

/** Every step of the schema, in order. A released step is never changed: what comes later is a step of its own. */
export const migrations: Readonly<Record<string, (db: Kysely<unknown>, types: ColumnTypes) => Promise<void>>> = {
  '0001-initial': initial,
  '0002-rule-settings': ruleSettings,
}
