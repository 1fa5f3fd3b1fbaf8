import { AppError } from '../../errors.ts'
import type { Fault } from '../../lib/sigma/sigma.ts'
import type { RuleEntry, RuleLibrary } from '../../pipeline/detect/sigma/rule-library.ts'
import type { RuleFault, RuleView } from '../../schema/rule/rule.ts'
import type { RuleReach } from './rule-reach.ts'

export const toRuleView = (entry: RuleEntry, reach: RuleReach, library: RuleLibrary): RuleView => {
  const { document, pack, inForce, level, setting, stale } = entry
  return {
    id: document.id,
    type: document.type,
    title: document.title,
    description: document.description ?? null,
    author: document.author ?? null,
    license: document.license ?? null,
    status: document.status ?? null,
    level: level ?? null,
    own_level: document.level ?? null,
    logsource: document.type === 'correlation' ? {} : { ...document.logsource },
    tags: [...document.tags],
    techniques: [...document.techniques],
    pack,
    file: document.file,
    line: document.line,
    enabled: inForce,
    stale,
    setting: setting ?? null,
    applies_to: [...reach.reachOf(document, (id) => library.get(id)?.document)],
    hits_7d: reach.hits(document.id),
  }
}

export const toFaultView = (fault: Fault): RuleFault => ({
  code: fault.code,
  severity: fault.severity,
  message: fault.message,
  hint: fault.hint ?? null,
  file: fault.file,
  line: fault.line,
  rule: fault.rule ?? null,
})

/** Finds a rule; throws NOT_FOUND. */
export const requireRule = (library: RuleLibrary, id: string): RuleEntry => {
  const found = library.get(id)
  if (found) return found
  throw new AppError('NOT_FOUND', `Rule "${id}" not found.`, { hint: 'List the rules to see their IDs.' })
}
