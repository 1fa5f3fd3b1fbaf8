import { defineRegistry, type Registry } from '../../component.ts'
import { type LookAround, riskTriager } from './risk-triager.ts'
import type { Triager } from './triager.ts'

/** Lists the triagers that a configuration can name. */
export const triagerRegistry = (lookAround: LookAround = async () => ({})): Registry<Triager> =>
  defineRegistry<Triager>('triager', [
    riskTriager(lookAround), //
  ])
