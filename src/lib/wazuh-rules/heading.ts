import { createHash } from 'node:crypto'
import { type Family, fieldOf, levelOf } from './tables.ts'
import { boundedNumber, elementsOf, elementText, type WazuhRule } from './wazuh-rule.ts'

/** The namespace of the ids that are made here. Never changed: the same rule must keep its id. */
const namespace = Buffer.from('5f0b6f7a3c5d4c0e9a4d6d1c2b7e9f10', 'hex')

/** Makes a UUID of a name: version 5 (RFC 9562, §5.5), the same for the same name. */
const toUuid = (name: string): string => {
  const hash = createHash('sha1').update(namespace).update(name).digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

/** The common fields of the documents of a rule, in the order in which they are written. */
export interface WazuhHeading {
  readonly title: string
  readonly id: string
  readonly name: string
  readonly status: string
  readonly description: string
  readonly references?: readonly string[]
  readonly tags?: readonly string[]
}

const longestTitle = 200

/** `Login from $(srcip)` → `Login from <source.ip>`. */
export const ruleTitle = (rule: WazuhRule, family: Family): string => {
  const text = (elementText(rule, 'description') ?? '').replace(
    /\$\(([^)\s]{1,100})\)/g,
    (_, name: string) => `<${fieldOf(name, family).field}>`,
  )
  const plain = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
  const title = plain === '' ? `Wazuh rule ${rule.id}` : plain
  return title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title
}

/** Writes the heading of one document. `part` names a document that only helps the rule's own. */
export const headingOf = (rule: WazuhRule, family: Family, part: string, partTitle: string): WazuhHeading => {
  const title = ruleTitle(rule, family)
  const references = referencesOf(rule)
  const tags = part === '' || partTitle === '' ? tagsOf(rule) : []
  return {
    title: partTitle === '' ? title : `${title} (${partTitle})`,
    id: toUuid(`${rule.id}${part}`),
    name: nameOf(rule.id, part),
    status: 'experimental',
    description: descriptionOf(rule),
    ...(references.length > 0 && { references }),
    ...(tags.length > 0 && { tags }),
  }
}

export const nameOf = (id: number, part = ''): string => `wazuh_${id}${part}`

export const footOf = (
  rule: WazuhRule,
): { readonly level: string; readonly wazuh: { readonly id: number; readonly level: number } } => ({
  level: levelOf(rule.level),
  wazuh: { id: rule.id, level: rule.level },
})

const descriptionOf = (rule: WazuhRule): string => {
  const infos = elementsOf(rule, 'info')
    .filter(({ attributes }) => ['text', undefined].includes(attributes.get('type')?.toLowerCase()))
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
  return [`Rule ${rule.id} of Wazuh, level ${rule.level}.`, ...infos].join(' ').slice(0, 2000)
}

const referencesOf = (rule: WazuhRule): readonly string[] => [
  ...new Set(
    elementsOf(rule, 'info')
      .filter(({ attributes }) => attributes.get('type')?.toLowerCase() === 'link')
      .map(({ text }) => text.trim())
      .filter((text) => text !== ''),
  ),
]

/** ATT&CK techniques, CVE numbers and groups as tags. */
const tagsOf = (rule: WazuhRule): readonly string[] => {
  const techniques = elementsOf(rule, 'mitre')
    .flatMap(({ children }) => children)
    .map(({ text }) => text.trim().toLowerCase())
    .filter((text) => /^t\d{4}(?:\.\d{3})?$/.test(text))
    .map((technique) => `attack.${technique}`)
  const cves = [...elementsOf(rule, 'cve'), ...elementsOf(rule, 'info')]
    .filter(({ name, attributes }) => name === 'cve' || attributes.get('type')?.toLowerCase() === 'cve')
    .map(({ text }) => /(\d{4}-\d{4,7})/.exec(text)?.[1])
    .filter((cve) => cve !== undefined)
    .map((cve) => `cve.${cve}`)
  const groups = rule.groups
    .map((group) => group.replace(/[^a-z0-9_.-]+/g, '_'))
    .filter((group) => /[a-z0-9]/.test(group))
  return [...new Set([...techniques, ...cves, ...groups.map((group) => `wazuh.${group}`)])]
}

/** `<options>no_log</options>`: matches, and is not reported. */
export const isSilent = (rule: WazuhRule): boolean =>
  rule.level === 0 || rule.noAlert || elementsOf(rule, 'options').some(({ text }) => /\bno_log\b/i.test(text))

export const attributeNumber = (rule: WazuhRule, name: string, least: number, most: number): number | undefined =>
  boundedNumber(rule.attributes.get(name), least, most)
