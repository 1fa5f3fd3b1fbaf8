import type { AlertContext } from '../schema/inventory/context.ts'
import type { AssetIndex } from './asset-index.ts'
import type { LoginHistory } from './login-history.ts'
import type { Networks } from './networks.ts'
import type { PersonIndex } from './person-index.ts'

/** The tables that describe the context of an alert. All are in memory. */
export interface ContextTables {
  readonly networks: Networks
  readonly assets: AssetIndex
  readonly people: PersonIndex
  readonly history: LoginHistory
  /** The malice of an address according to threat intelligence, 0–100; undefined if there is no data. */
  malice?(address: string): number | undefined
}

/** A claim for or against a threat, and the row with its evidence. */
export interface ContextReason {
  readonly sign: 'for' | 'against'
  readonly text: string
  readonly about: AlertContext['context_type']
}
