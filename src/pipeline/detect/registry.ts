import { defineRegistry } from '../../component.ts'
import type { IndicatorIndex } from '../../lib/indicators/indicator-index.ts'
import type { Agent } from '../../schema/agent.ts'
import { agentDetector } from './agent.ts'
import { agentModelDetector } from './agent-model.ts'
import { baseline } from './baseline.ts'
import type { Detector } from './detector.ts'
import { external } from './external.ts'
import { indicatorDetector } from './indicator.ts'
import { isolationForest } from './isolation-forest.ts'
import { rarity } from './rarity.ts'
import { noRules, type RuleBook } from './rule-book.ts'
import { sequence } from './sequence.ts'
import { session } from './session.ts'
import { sigmaDetector } from './sigma.ts'
import { template } from './template.ts'

/** The detectors that an operator can name. Rules come from a book, indicators from a table, agents from files; without them there are none. */
export const detectorRegistry = (rules: RuleBook = noRules, indicators?: IndicatorIndex, agents?: readonly Agent[]) =>
  defineRegistry<Detector>('detector', [
    agentDetector(agents),
    agentModelDetector(agents),
    baseline,
    external,
    indicatorDetector(indicators),
    isolationForest,
    rarity,
    sequence,
    session,
    sigmaDetector(rules),
    template,
  ])
