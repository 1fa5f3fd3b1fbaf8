import { type Family, fieldOf } from './tables.ts'
import type { WazuhRule } from './wazuh-rule.ts'

/** `<same_…>` and `<different_…>` elements → Wazuh's field, as far as the name of the field is not in the element's name. */
const names: Readonly<Record<string, string>> = {
  dst_port: 'dstport',
  source_ip: 'srcip',
  src_port: 'srcport',
}

/** Wazuh itself ignores these. */
const ignored = new Set(['agent'])

/** The fields that must be equal, and those that must differ, in the events that a rule counts. */
export interface CountedFields {
  readonly same: readonly string[]
  readonly different: readonly string[]
  /** Names of the rule's own events that no event of ours has. */
  readonly strangers: readonly string[]
  readonly impossible: readonly string[]
  readonly notes: readonly string[]
}

/** Reads `same_srcip`, `same_field`, `different_url`, `not_same_id` … */
export const readCountedFields = (rule: WazuhRule, family: Family): CountedFields => {
  const found = { same: new Set<string>(), different: new Set<string>() }
  const strangers: string[] = []
  const impossible: string[] = []
  const notes: string[] = []
  for (const { name, text } of rule.elements) {
    const [, not, what] = /^(?:(not_same|different)|same)_(.+)$/.exec(name) ?? []
    if (what === undefined) continue
    if (ignored.has(what)) {
      notes.push(`<${name}> was left out: Wazuh no longer obeys it.`)
      continue
    }
    const wazuhName = what === 'field' ? text.trim() : (names[what] ?? what)
    if (wazuhName === '') {
      impossible.push(`<${name}> names no field.`)
      continue
    }
    if (/geoip$/.test(wazuhName)) {
      impossible.push(
        `<${name}> needs Wazuh’s GeoIP database. Add the country to the events when they are sent, and use it with same_field or different_field.`,
      )
      continue
    }
    const { field, known } = fieldOf(wazuhName, family)
    if (!known) strangers.push(wazuhName)
    found[not === undefined ? 'same' : 'different'].add(field)
  }
  return { same: [...found.same], different: [...found.different], strangers, impossible, notes }
}
