import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { dump, load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { lintDocument } from '../src/lib/sigma/lint/lint.ts'
import {
  createEngine,
  type FlatEvent,
  joinTaxonomies,
  readDocuments,
  readTaxonomy,
  type SigmaDocument,
  sayFault,
} from '../src/lib/sigma/sigma.ts'
import { toFlatEvent } from '../src/pipeline/detect/sigma/sigma-event.ts'
import { createSiteAnswers } from '../src/pipeline/detect/sigma/site-answers.ts'
import { createNormalizer } from '../src/pipeline/normalize/normalize.ts'
import { deepRun } from './depth.ts'
import { needs, sharedData } from './needs.ts'

const rules = resolve(import.meta.dirname, '../rules')

const taxonomy = joinTaxonomies(
  globSync('taxonomy/*.yml', { cwd: rules })
    .toSorted()
    .map((file) => readTaxonomy(readFileSync(join(rules, file), 'utf8'), file)),
)

/** A line as the daemon writes it, or repeated lines, with `{n}` for 1, 2 … and `{nn}` for 01, 02 … 59, 00, 01 … */
type Line = string | { readonly times: number; readonly line: string | readonly string[] }
type Case = string | readonly Line[]

const files = globSync('*/*.yml', { cwd: rules })
  .filter((file) => !file.startsWith('taxonomy/'))
  .toSorted()
  .map((file) => ({ file, ...readDocuments(readFileSync(join(rules, file), 'utf8'), file) }))
const everything = files.flatMap(({ documents }) => documents)

const casesOf = (document: SigmaDocument, key: 'matches' | 'ignores'): readonly Case[] => {
  const value = load(document.source) as Record<string, readonly Case[] | undefined>
  return value[key] ?? []
}

const linesOf = (given: Case): readonly string[] =>
  typeof given === 'string'
    ? [given]
    : given.flatMap((line) =>
        typeof line === 'string'
          ? [line]
          : Array.from({ length: line.times }, (_, i) =>
              [line.line]
                .flat()
                .map((text) =>
                  text.replaceAll('{nn}', String((i + 1) % 60).padStart(2, '0')).replaceAll('{n}', String(i + 1)),
                ),
            ).flat(),
      )

/** Noon of the day of most cases. Timestamps without a year belong to this year. */
const receivedAt = Date.UTC(2026, 10, 21, 12)

const flatEvents = (texts: readonly string[]): readonly FlatEvent[] => {
  const answers = createSiteAnswers()
  return createNormalizer()
    .normalize({ partition: 0, first: 0, source: 'sample', receivedAt, texts })
    .map((event) => toFlatEvent(event, answers))
}

const engines = new WeakMap<readonly SigmaDocument[], ReturnType<typeof createEngine>>()

/** Correlations count, so each case takes an engine of its own. */
const engineFor = (documents: readonly SigmaDocument[]) => {
  const engine = engines.get(documents) ?? createEngine(documents, { taxonomy })
  if (documents.every(({ type }) => type !== 'correlation')) engines.set(documents, engine)
  return engine
}

/** The number of events that matched the last document of a file. */
const fires = (documents: readonly SigmaDocument[], events: readonly FlatEvent[]): number => {
  const engine = engineFor(documents)
  const id = documents.at(-1)?.id
  return events.filter((event) => engine.match(event).some(({ rule }) => rule.id === id)).length
}

/** The rule with one selection that never matches. */
const without = (document: SigmaDocument, selection: string): SigmaDocument => {
  const value = load(document.source) as { readonly detection: object }
  const detection = { ...value.detection, [selection]: { 'no.such.field': 'x' } }
  const [changed] = readDocuments(dump({ ...value, detection }), document.file).documents
  if (!changed) throw new Error(`${document.file} cannot be read without ${selection}.`)
  return changed
}

describe('the rules', () => {
  it('cover every kind of source', () => {
    expect(files.length).toBeGreaterThanOrEqual(55)
    expect([...new Set(files.map(({ file }) => file.split('/')[0]))]).toEqual([
      'cloud',
      'container',
      'database',
      'linux',
      'network',
      'operations',
      'web',
      'wifi',
      'windows',
    ])
  })

  it.each(['id', 'name', 'title'] as const)('have unique %ss', (key) => {
    const values = everything.flatMap((document) => document[key] ?? [])
    expect(values.filter((value, i) => values.indexOf(value) !== i)).toEqual([])
  })

  describe.each(files)('$file', ({ file, documents, faults }) => {
    const last = documents.at(-1)
    const told = (key: 'matches' | 'ignores') =>
      last ? casesOf(last, key).map((given) => flatEvents(linesOf(given))) : []
    const cases = { matches: told('matches'), ignores: told('ignores') }

    it('is well formed', () => {
      expect(faults.map(sayFault)).toEqual([])
      expect(createEngine(documents, { taxonomy }).faults.map(sayFault)).toEqual([])
      const warnings = documents.flatMap((document) => lintDocument(document, { documents: everything, taxonomy }))
      expect(warnings.map(sayFault)).toEqual([])
      expect(basename(file)).toMatch(/^[a-z0-9_]{6,66}\.yml$/)
      for (const document of documents) {
        expect(document).toMatchObject({ status: 'test', author: 'Vedette', license: 'Apache-2.0' })
        expect(document.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        if (file.startsWith('operations/')) expect(document.tags, 'a fault is no attack').toEqual([])
        else {
          expect(document.tags).toContainEqual(expect.stringMatching(/^attack\.[a-z]+(?:-[a-z]+)*$/))
          expect(document.tags).toContainEqual(expect.stringMatching(/^attack\.t\d{4}(?:\.\d{3})?$/))
        }
        if (document !== last) expect(document.level).toBe('informational')
      }
      expect(last?.level).toMatch(/^(?:low|medium|high|critical)$/)
      expect(last?.falsePositives.length).toBeGreaterThan(0)
    })

    it.each(['matches', 'ignores'] as const)('passes its cases: %s', (key) => {
      expect(cases[key].length).toBeGreaterThanOrEqual(2)
      const wrong = cases[key].filter((events) => fires(documents, events) > 0 !== (key === 'matches'))
      expect(wrong.map((events) => events.at(-1)?.text)).toEqual([])
    })

    it('has a case that fails without each of its selections', needs(deepRun), () => {
      const needless = documents.flatMap((document) => {
        const { detection = {} } = load(document.source) as { readonly detection?: object }
        return Object.keys(detection).filter((selection) => {
          if (selection === 'condition') return false
          const changed = documents.map((one) => (one === document ? without(document, selection) : one))
          return (
            cases.matches.every((events) => fires(changed, events) > 0) &&
            cases.ignores.every((events) => fires(changed, events) === 0)
          )
        })
      })
      expect(needless).toEqual([])
    })

    it('needs all events of one group, if it is a correlation', () => {
      if (last?.type !== 'correlation') return
      if (last.correlation.endsWith('_count')) {
        expect(
          fires(documents, cases.matches[0] ?? []),
          'times that the first case of matches fires, at its last event',
        ).toBe(1)
      }
      for (const events of cases.matches) {
        const stretched = events.map((event, i) => ({ ...event, time: receivedAt + i * (last.timespan + 1000) }))
        expect(fires(documents, stretched), 'times that it fires when the events are far apart').toBe(0)
        for (const field of last.groupBy) {
          const names = [field, ...(last.aliases.get(field)?.values() ?? [])]
          const scattered = events.map((event, i) => {
            const groups = Object.fromEntries(names.map((name) => [name, `group ${i}`]))
            return { ...event, fields: { ...event.fields, ...groups } }
          })
          expect(fires(documents, scattered), `times that it fires when each event has its own ${field}`).toBe(0)
        }
      }
    })
  })
})

/**
 * The rules that may match real logs, with their maximum counts. These hosts were under attack all day, so the listed matches are
 * correct. No other rule may match.
 */
const known: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'loghub/Apache/Apache_2k.log': {},
  'loghub/Linux/Linux_2k.log': { 'PAM brute force from one address': 75 },
  'loghub/OpenSSH/OpenSSH_2k.log': {
    'SSH user name enumeration': 14,
    'SSH brute force from one address': 347,
    'SSH password spraying from one address': 283,
  },
  'security/elastic_apache_access.log.gz': {},
  'security/elastic_auth.log.gz': {
    'Firewall, audit or logging disabled with sudo': 1,
    'SSH user name enumeration': 20,
    'SSH brute force from one address': 184,
    'Successful SSH login after brute force': 1,
  },
}

describe.each(Object.entries(known))('real lines: %s', (name, limits) => {
  const log = sharedData(`data/${name}`)

  it('match no other rules', needs(log, deepRun), () => {
    const engine = createEngine(everything, { taxonomy })
    const counts: Record<string, number> = {}
    const bytes = readFileSync(log.path)
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    for (const event of flatEvents(text.split(/\r?\n/).filter((line) => line !== ''))) {
      for (const { rule } of engine.match(event)) counts[rule.title] = (counts[rule.title] ?? 0) + 1
    }
    console.table(counts)
    expect(Object.entries(counts).filter(([title, count]) => count > (limits[title] ?? 0))).toEqual([])
  })
})
