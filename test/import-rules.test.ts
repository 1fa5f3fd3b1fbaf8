import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDrawing, refuseImport } from '../scripts/imports/drawing.ts'
import { cyclesOf, readImports } from '../scripts/imports/read-imports.ts'
import { deepRun } from './depth.ts'
import { needs } from './needs.ts'

const root = resolve(import.meta.dirname, '..')
const page = readFileSync(resolve(root, 'docs/architecture.md'), 'utf8')
const drawing = readDrawing(page)

it('has a drawing that names only files and folders that exist', () => {
  const names = [...page.matchAll(/`([\w./-]+(?:\.[ct]js|\.ts|\/))`/g)].map(([, name = '']) => name)
  const present = globSync('{bin,docs,rules,samples,scripts,src,web/src}/**', { cwd: root })
  const known = new Set(present.flatMap((path) => path.split('/').map((_, at, parts) => parts.slice(at).join('/'))))
  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name) => !known.has(name.replace(/\/$/, '')))).toEqual([])
})

describe('the import rules', () => {
  it.each([
    ['src/lib/drain/drain.ts', 'src/schema/severity.ts'],
    ['src/schema/alert/alert.ts', 'src/errors.ts'],
    ['src/store/alerts/alerts.ts', 'src/operations/operation.ts'],
    ['src/store/dialects/sqlite.ts', 'src/pipeline/stage.ts'],
    ['src/queue/queue.ts', 'src/api/server.ts'],
    ['src/context/tables.ts', 'src/store/store.ts'],
    ['src/pipeline/enrich/enrich.ts', 'src/context/tables.ts'],
    ['src/pipeline/triage/triage.ts', 'src/pipeline/detect/detector.ts'],
    ['src/pipeline/notify/notify.ts', 'src/store/store.ts'],
    ['src/pipeline/pipeline.ts', 'src/store/store.ts'],
    ['src/pipeline/detect/sigma/sigma.ts', 'src/config/schema.ts'],
    ['src/operations/alerts/get-alert.ts', 'src/api/server.ts'],
    ['src/operations/alerts/get-alert.ts', 'src/pipeline/detect/registry.ts'],
    ['src/operations/alerts/get-alert.ts', 'src/app/event-stages.ts'],
    ['src/api/rest/routes.ts', 'src/store/store.ts'],
    ['src/cli/remote/list.ts', 'src/pipeline/stage.ts'],
    ['src/api/server.ts', 'src/compat/systems.ts'],
    ['src/operations/deps.ts', 'src/compat/log-analyzer/batch-scorer.ts'],
    ['src/compat/triage/triage.ts', 'src/compat/query-guard/query-guard.ts'],
    ['web/src/api/client.ts', 'src/schema/alert/alert.ts'],
    ['src/nowhere/thing.ts', 'src/schema/alert/alert.ts'],
  ])('forbid that %s imports %s', (file, imported) => {
    expect(refuseImport(drawing, file, imported)).toBeDefined()
  })

  it.each([
    ['src/pipeline/triage/triage.ts', 'src/pipeline/triage/llm/llm.ts'],
    ['src/pipeline/triage/llm/llm.ts', 'src/pipeline/stage.ts'],
    ['src/operations/alerts/get-alert.ts', 'src/store/store.ts'],
    ['src/app/pipeline.ts', 'src/pipeline/detect/registry.ts'],
  ])('allow that %s imports %s', (file, imported) => {
    expect(refuseImport(drawing, file, imported)).toBeUndefined()
  })

  it('cover every import of the program, type-only cycles included', needs(deepRun), () => {
    const imports = readImports(root)
    expect(imports.get('src/pipeline/pipeline.ts')).toContain('src/schema/alert/alert.ts')
    const circle = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['c.ts', 'd.ts']],
      ['c.ts', ['a.ts']],
      ['d.ts', []],
    ])
    expect(cyclesOf(circle).map((cycle) => cycle.toSorted())).toEqual([['a.ts', 'b.ts', 'c.ts']])
    expect(cyclesOf(imports)).toEqual([])
  })
})
