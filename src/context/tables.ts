import type { AlertContext } from '../schema/context.ts'
import type { AssetBook } from './asset-book.ts'
import type { Familiar } from './familiar.ts'
import type { Networks } from './networks.ts'
import type { PersonBook } from './person-book.ts'

/** The tables that context is read from; all in memory. */
export interface ContextTables {
  readonly networks: Networks
  readonly assets: AssetBook
  readonly people: PersonBook
  readonly familiar: Familiar
  /** How bad others say that an address is, 0–100; undefined when nobody says anything. */
  malice?(address: string): number | undefined
}

/** A claim for or against a threat, and the row with its evidence. */
export interface Reason {
  readonly sign: 'for' | 'against'
  readonly text: string
  readonly about: AlertContext['context_type']
}
