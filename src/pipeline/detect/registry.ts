import { defineRegistry } from '../../component.ts'
import { baseline } from './baseline.ts'
import type { Detector } from './detector.ts'
import { isolationForest } from './isolation-forest.ts'
import { rarity } from './rarity.ts'
import { sequence } from './sequence.ts'
import { template } from './template.ts'

/** The detectors that an operator can name. */
export const detectors = defineRegistry<Detector>('detector', [baseline, isolationForest, rarity, sequence, template])
