import { defineRegistry } from '../../component.ts'
import type { Enricher } from './enricher.ts'
import { network } from './network.ts'

/** Every enricher there is. */
export const enrichers = defineRegistry<Enricher>('enricher', [network])
