import { boundedNumber, elementsOf, type ReadFault, type WazuhRule } from './wazuh-rule.ts'
import { readXml, type XmlElement } from './xml.ts'

/** The fields that decide the position of a rule; Wazuh takes them from the first definition when a second one overwrites the rule. */
const placing = ['if_sid', 'if_group', 'if_level', 'if_matched_sid', 'if_matched_group']

/** Reads the rules of files, in the order given, which should be the order in which Wazuh reads them. */
export const readRules = (
  files: readonly { readonly name: string; readonly text: string }[],
): { rules: readonly WazuhRule[]; faults: readonly ReadFault[] } => {
  const rules = new Map<number, WazuhRule>()
  const faults: ReadFault[] = []
  for (const { name: file, text } of files) {
    const read = readXml(text)
    if ('fault' in read) {
      faults.push({
        ...read.fault,
        message: `${read.fault.message} No rule of this file was read.`,
        file,
        id: undefined,
      })
      continue
    }
    const variables = readVariables(read.elements)
    for (const element of read.elements) {
      if (element.name === 'var') continue
      if (element.name !== 'group') {
        const message = `<${element.name}> stands where only <group> and <var> may stand.`
        faults.push({ code: 'not-a-group', message, file, line: element.line, id: undefined })
        continue
      }
      const outer = replaceVariables(element.attributes.get('name') ?? '', variables).text
      for (const child of element.children) {
        const fault = addRule(rules, child, outer, variables, file)
        if (fault) faults.push({ ...fault, file, line: child.line })
      }
    }
  }
  return { rules: [...rules.values()], faults }
}

type Variables = ReadonlyMap<string, string>

const readVariables = (elements: readonly XmlElement[]): Variables =>
  new Map(
    elements
      .filter(({ name }) => name === 'var')
      .map(({ attributes, text }) => [(attributes.get('name') ?? '').toLowerCase(), text] as const),
  )

/** Puts values in the place of `$NAME`. A name ends at a blank, a dot, a comma, a bar, a dollar sign or the end; `$(field)` is no variable. */
const replaceVariables = (text: string, variables: Variables): { text: string; unknown: readonly string[] } => {
  if (variables.size === 0 || !text.includes('$')) return { text, unknown: [] }
  const unknown: string[] = []
  const replaced = text.replace(/\$([^$.|, ()\\]+)/g, (whole, name: string) => {
    const value = variables.get(name.toLowerCase())
    if (value === undefined) unknown.push(name)
    return value ?? whole
  })
  return { text: replaced, unknown }
}

const fill = (element: XmlElement, variables: Variables, unknown: string[]): XmlElement => {
  const { text, unknown: missing } = replaceVariables(element.text, variables)
  unknown.push(...missing)
  return {
    ...element,
    text,
    attributes: new Map([...element.attributes].map(([key, value]) => [key, replaceVariables(value, variables).text])),
    children: element.children.map((child) => fill(child, variables, unknown)),
  }
}

const addRule = (
  rules: Map<number, WazuhRule>,
  written: XmlElement,
  outerGroups: string,
  variables: Variables,
  file: string,
): { code: string; message: string; id: number | undefined } | undefined => {
  const unknown: string[] = []
  const element = fill(written, variables, unknown)
  if (element.name !== 'rule') {
    return { code: 'not-a-rule', message: `<${element.name}> stands where only <rule> may stand.`, id: undefined }
  }
  const id = boundedNumber(element.attributes.get('id'), 1, 999_999)
  if (id === undefined) {
    const said = element.attributes.get('id')
    const message =
      said === undefined ? 'The rule has no id.' : `"${said}" is no rule id; it is a number from 1 to 999999.`
    return { code: 'bad-id', message, id }
  }
  const level = boundedNumber(element.attributes.get('level'), 0, 16)
  if (level === undefined) {
    const said = element.attributes.get('level')
    const message =
      said === undefined ? 'The rule has no level.' : `"${said}" is no level; it is a number from 0 to 16.`
    return { code: 'bad-level', message, id }
  }
  const elements = element.children
  const notes = [...new Set(unknown)].map(
    (name) => `No variable $${name} is set in this file; it was taken as it is written.`,
  )
  const first = rules.get(id)
  const overwrites = element.attributes.get('overwrite')?.toLowerCase() === 'yes'
  if (first && !overwrites) {
    return {
      code: 'duplicate-id',
      message: `Rule ${id} is already in ${first.file}:${first.line}; say overwrite="yes" to replace it.`,
      id,
    }
  }
  const own = first ? elements.filter(({ name }) => !placing.includes(name)) : elements
  if (first) notes.push(`Replaces the rule of ${first.file}:${first.line}, and keeps its place below the same rules.`)
  const noAlert = element.attributes.get('noalert')
  rules.set(id, {
    id,
    level,
    file,
    line: element.line,
    attributes: element.attributes,
    elements: first ? [...elementsOf(first, ...placing), ...own] : own,
    groups: groupsOf(outerGroups, elements),
    order: first?.order ?? rules.size,
    noAlert: noAlert !== undefined && noAlert !== '0' && noAlert.toLowerCase() !== 'no',
    notes,
  })
  return undefined
}

const groupsOf = (outer: string, elements: readonly XmlElement[]): readonly string[] => {
  const own = elements.filter(({ name }) => name === 'group').map(({ text }) => text)
  return [
    ...new Set(
      [outer, ...own]
        .join(',')
        .split(',')
        .map((group) => group.trim().toLowerCase()),
    ),
  ].filter((group) => group !== '')
}
