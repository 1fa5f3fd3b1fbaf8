import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { needs, sharedData } from '../../../../test/needs.ts'
import type { Logsource } from '../document.ts'
import { createEngine, flattenEvent, readDocuments } from '../sigma.ts'

const cases = sharedData('conformance/sigma/semantics.json')

interface Pack {
  readonly semantics: readonly Truth[]
  readonly sigmalite: readonly Truth[]
  readonly reject: readonly {
    readonly id: string
    readonly why: string
    readonly rule: string
    readonly pySigma: string
  }[]
  readonly correlation: readonly {
    readonly id: string
    readonly section: string
    readonly rules: string
    readonly events: readonly { readonly t: number; readonly event: unknown; readonly fires: boolean }[]
  }[]
}

interface Truth {
  readonly id: string
  readonly section: string
  readonly rule: string
  readonly events: readonly { readonly event: unknown; readonly want: boolean }[]
}

const pack: Pack =
  cases.missing === undefined
    ? JSON.parse(readFileSync(cases.path, 'utf8'))
    : { semantics: [], sigmalite: [], reject: [], correlation: [] }

const load = (text: string) => {
  const { documents, faults } = readDocuments(text, 'case.yml')
  const rule = documents.find((document) => document.type === 'rule')
  const logsource: Logsource = rule?.logsource ?? {}
  return { documents, faults, logsource, engine: createEngine(documents, { taxonomy: { kinds: [] } }) }
}

describe('the cases of independent engines', needs(cases), () => {
  test('are there', () => expect(pack.semantics.length).toBeGreaterThan(0))

  test.each([...pack.semantics, ...pack.sigmalite])('$id $section', ({ rule, events }) => {
    const { engine, logsource } = load(rule)
    const found = events.map(
      ({ event }, n) => engine.match({ id: `e${n}`, time: n, fields: flattenEvent(event), logsource }).length > 0,
    )
    expect(found).toEqual(events.map(({ want }) => want))
  })

  test.each(pack.reject)('$id $why', ({ rule, pySigma }) => {
    const { faults, engine } = load(rule)
    if (pySigma === 'accepts') expect(engine.active).toEqual([])
    else expect(faults).toHaveLength(1)
  })

  test.each(pack.correlation)('$id $section', ({ rules, events }) => {
    const { engine, logsource } = load(rules)
    const found = events.map(({ t, event }, n) =>
      engine
        .match({ id: `e${n}`, time: t * 1000, fields: flattenEvent(event), logsource })
        .some(({ type }) => type === 'correlation'),
    )
    expect(found).toEqual(events.map(({ fires }) => fires))
  })
})
