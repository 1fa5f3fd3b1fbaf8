import { expect } from 'vitest'
import { createEngine, type Engine, type Fault, flattenEvent, readDocuments, sayFault } from '../sigma.ts'

/** The event of a case: any JSON. */
export type Json = Readonly<Record<string, unknown>>

/** Why it is so, the lines of a selection, events that it is true of, events that it is not true of. */
export type Case = readonly [reason: string, selection: string, yes: readonly Json[], no: readonly Json[]]

export type Placeholders = Readonly<Record<string, readonly string[]>>

const logsource = { category: 'conformance' }

const indent = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by))

/** A rule around the lines of a detection. */
export const ruleOf = (detection: string, more = ''): string =>
  `title: Case\n${more}logsource:\n  category: conformance\ndetection:\n${indent(detection, 2)}\n`

/** An engine of a text that must be valid. */
export const engineOf = (text: string, placeholders: Placeholders = {}): Engine => {
  const { documents, faults } = readDocuments(text, 'case.yml', { placeholders: new Map(Object.entries(placeholders)) })
  expect(faults.map(sayFault)).toEqual([])
  return createEngine(documents, { taxonomy: { kinds: [] } })
}

/** Whether any rule is true of an event of the log source that the cases share. */
export const isTrueOf = (engine: Engine, event: Json, time = 0, id = 'e'): boolean =>
  engine.match({ id, time, fields: flattenEvent(event), logsource }).length > 0

/** Expects a detection to be true of some events and of others not. */
export const expectTruth = (
  detection: string,
  yes: readonly Json[],
  no: readonly Json[],
  placeholders?: Placeholders,
): void => {
  const engine = engineOf(ruleOf(detection), placeholders)
  const say = (events: readonly Json[]) => events.map((event) => [JSON.stringify(event), isTrueOf(engine, event)])
  expect(say(yes)).toEqual(yes.map((event) => [JSON.stringify(event), true]))
  expect(say(no)).toEqual(no.map((event) => [JSON.stringify(event), false]))
}

/** Expects a selection to be true of some events and of others not. */
export const expectSelection = ([, selection, yes, no]: Case, placeholders?: Placeholders): void =>
  expectTruth(`sel:\n${indent(selection, 2)}\ncondition: sel`, yes, no, placeholders)

/** The faults of a text. */
export const faultsOf = (text: string): readonly Fault[] => readDocuments(text, 'case.yml').faults
