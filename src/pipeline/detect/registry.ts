import { defineRegistry } from '../../component.ts'
import type { Detector } from './detector.ts'
import { sequence } from './sequence.ts'

/** The detectors that an operator can name. */
export const detectors = defineRegistry<Detector>('detector', [sequence])
