import { defineRegistry } from '../../component.ts'
import type { IndicatorIndex } from '../../lib/indicators/indicator-index.ts'
import type { Agent } from '../../schema/agent/agent.ts'
import { agentDetector } from './agent/agent.ts'
import { agentModelDetector } from './agent/agent-model.ts'
import { baseline } from './baseline/baseline.ts'
import type { Detector } from './detector.ts'
import { external } from './external/external.ts'
import { isolationForest } from './forest/isolation-forest.ts'
import { indicatorDetector } from './indicator/indicator.ts'
import { job } from './job/job.ts'
import { sequenceDetector } from './login/sequence.ts'
import { rarity } from './rarity/rarity.ts'
import { session } from './session/session.ts'
import { noRules, type RuleBook } from './sigma/rule-book.ts'
import { type SigmaReports, sigmaDetector } from './sigma/sigma.ts'
import { template } from './template/template.ts'
import { transfer } from './transfer/transfer.ts'
import { trend } from './trend/trend.ts'

/** Lists the detectors that the configuration can name. Rules, indicators and agents come from outside; the defaults contain none. */
export const detectorRegistry = (
  rules: RuleBook = noRules,
  indicators?: IndicatorIndex,
  agents?: readonly Agent[],
  sigmaReports?: SigmaReports,
  leavesIntruders = false,
) =>
  defineRegistry<Detector>('detector', [
    agentDetector(agents),
    agentModelDetector(agents),
    baseline,
    external,
    indicatorDetector(indicators),
    isolationForest,
    job,
    rarity,
    sequenceDetector(leavesIntruders),
    session,
    sigmaDetector(rules, sigmaReports),
    template,
    transfer,
    trend,
  ])
