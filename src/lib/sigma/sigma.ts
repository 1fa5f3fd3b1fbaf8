/** Sigma 2.1 for Node: rules, correlations and filters, read, checked and run. */
export type {
  CorrelationRule,
  DetectionRule,
  FilterRule,
  Heading,
  Level,
  Logsource,
  SigmaDocument,
  Status,
} from './document.ts'
export { levels, statuses } from './document.ts'
export { createEngine, type Engine, type EngineOptions } from './engine.ts'
export type { FlatEvent, Scalar } from './event.ts'
export { type Fault, sayFault } from './fault.ts'
export { flattenEvent } from './flatten.ts'
export type { CorrelationMatch, Match, MatchedItem, RuleMatch } from './matching/match.ts'
export { type ReadOptions, type ReadResult, readDocuments } from './read/read.ts'
export { joinTaxonomies, readTaxonomy, type Taxonomy, type TaxonomyEventKind as EventKind } from './taxonomy.ts'
export { windowsFields } from './windows-event.ts'
