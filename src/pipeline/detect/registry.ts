import { defineRegistry } from '../../component.ts'
import { baseline } from './baseline.ts'
import type { Detector } from './detector.ts'
import { isolationForest } from './isolation-forest.ts'
import { rarity } from './rarity.ts'
import { noRules, type RuleBook } from './rule-book.ts'
import { sequence } from './sequence.ts'
import { session } from './session.ts'
import { sigmaDetector } from './sigma.ts'
import { template } from './template.ts'

/** The detectors that an operator can name. Rules come from a book; without one there are none. */
export const detectorRegistry = (rules: RuleBook = noRules) =>
  defineRegistry<Detector>('detector', [
    baseline,
    isolationForest,
    rarity,
    sequence,
    session,
    sigmaDetector(rules),
    template,
  ])
