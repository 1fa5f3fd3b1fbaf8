import type { XmlElement } from './xml.ts'

/** A rule as it is written in the files, with variables replaced. */
export interface WazuhRule {
  readonly id: number
  readonly level: number
  readonly file: string
  readonly line: number
  /** Its attributes, `frequency` … */
  readonly attributes: ReadonlyMap<string, string>
  readonly elements: readonly XmlElement[]
  /** The names of its groups, those of the `<group>` around it first. */
  readonly groups: readonly string[]
  /** Its place among all rules: at one level Wazuh asks the earlier ones first. */
  readonly order: number
  /** Does nothing itself when it matches; those below it may. */
  readonly noAlert: boolean
  /** Notes for the admin from reading it. */
  readonly notes: readonly string[]
}

/** Something that could not be read: no rule came of it. */
export interface ReadFault {
  readonly code: string
  readonly message: string
  readonly file: string
  readonly line: number
  readonly id: number | undefined
}

/** The elements of a name. */
export const elementsOf = (rule: WazuhRule, ...names: readonly string[]): readonly XmlElement[] =>
  rule.elements.filter(({ name }) => names.includes(name))

/** The text of the elements of a name, joined as Wazuh joins them: without anything between. Undefined when there is none. */
export const elementText = (rule: WazuhRule, name: string): string | undefined => {
  const found = elementsOf(rule, name)
  return found.length === 0 ? undefined : found.map(({ text }) => text).join('')
}

/** A rule that counts earlier events. */
export const isCorrelation = (rule: WazuhRule): boolean =>
  elementsOf(rule, 'if_matched_sid', 'if_matched_group').length > 0

/** A whole number in its bounds; undefined for anything else. */
export const boundedNumber = (text: string | undefined, least: number, most: number): number | undefined => {
  if (text === undefined || !/^\s*\d{1,6}\s*$/.test(text)) return undefined
  const number = Number(text)
  return number >= least && number <= most ? number : undefined
}
