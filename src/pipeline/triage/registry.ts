import { defineRegistry } from '../../component.ts'
import { riskTriager } from './risk-triager.ts'
import type { Triager } from './triager.ts'

/** Lists the triagers that a configuration can name. */
export const triagerRegistry = defineRegistry<Triager>('triager', [
  riskTriager, //
])
