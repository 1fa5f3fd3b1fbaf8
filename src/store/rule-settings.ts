import type { RuleLevel, RuleSetting } from '../schema/rule/rule.ts'
import type { RuleSettingRow } from './alerts/detection-tables.ts'
import type { StoreConnections } from './connect.ts'
import type { Transaction } from './database.ts'
import { upsert } from './write-rows.ts'

/** The user's settings of rules; most rules have none. */
export interface RuleSettingStore {
  save(setting: RuleSetting, tx?: Transaction): Promise<void>
  list(): Promise<readonly RuleSetting[]>
}

/** Stores user settings for rules, by the ID of the rule, so that they apply to new versions of it. */
export const createRuleSettingStore = ({ read, write }: StoreConnections): RuleSettingStore => ({
  async save(setting, tx) {
    await upsert(tx ?? write, 'rule_settings', [toRow(setting)], { key: ['rule_id'] })
  },

  async list() {
    return (await read.selectFrom('rule_settings').selectAll().orderBy('rule_id').execute()).map(fromRow)
  },
})

const toRow = (setting: RuleSetting): RuleSettingRow => ({
  rule_id: setting.rule_id,
  enabled: setting.enabled === null ? null : Number(setting.enabled),
  level: setting.level,
  note: setting.note,
  updated_by: setting.updated_by,
  updated_at: Date.parse(setting.updated_at),
})

const fromRow = (row: RuleSettingRow): RuleSetting => ({
  rule_id: row.rule_id,
  enabled: row.enabled === null ? null : Number(row.enabled) === 1,
  // written by us, so one of the levels
  level: row.level as RuleLevel | null,
  note: row.note,
  updated_by: row.updated_by,
  updated_at: new Date(Number(row.updated_at)).toISOString(),
})
