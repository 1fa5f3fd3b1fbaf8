import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const biome = resolve(root, 'node_modules/@biomejs/biome/bin/biome')

/** A file that breaks a rule of the drawing, and what it imports from where it must not. */
const breaches: readonly [file: string, imports: string][] = [
  ['src/lib/drain/planted.ts', '../../schema/severity.ts'],
  ['src/schema/planted.ts', '../errors.ts'],
  ['src/store/planted.ts', '../operations/operation.ts'],
  ['src/store/dialects/planted.ts', '../../pipeline/stage.ts'],
  ['src/queue/planted.ts', '../api/server.ts'],
  ['src/context/planted.ts', '../store/store.ts'],
  ['src/context/planted.ts', '../pipeline/stage.ts'],
  ['src/pipeline/enrich/planted.ts', '../../context/tables.ts'],
  ['src/pipeline/triage/planted.ts', '../detect/detector.ts'],
  ['src/pipeline/notify/planted.ts', '../../store/store.ts'],
  ['src/pipeline/planted.ts', '../store/store.ts'],
  ['src/operations/planted.ts', '../api/server.ts'],
  ['src/operations/planted.ts', '../pipeline/detect/registry.ts'],
  ['src/api/rest/planted.ts', '../../store/store.ts'],
  ['src/cli/planted.ts', '../pipeline/stage.ts'],
  ['src/operations/planted.ts', '../app/judges.ts'],
  ['src/pipeline/detect/planted.ts', '../../config/schema.ts'],
  ['web/src/api/planted.ts', '../../../src/schema/alert.ts'],
  ['web/src/screens/alerts/planted.ts', '../../../../src/schema/alert.ts'],
]

describe('the import rules', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-rules-'))
    cpSync(join(root, 'biome.json'), join(folder, 'biome.json'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const lint = (file: string, text: string) => {
    const path = join(folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return spawnSync(process.execPath, [biome, 'lint', '--vcs-enabled=false', '.'], { cwd: folder, encoding: 'utf8' })
  }

  it.each(breaches)('refuse %s importing %s', (file, imports) => {
    const result = lint(file, `import { x } from '${imports}'\nexport const y = x\n`)
    expect(result.stderr + result.stdout).toContain('noRestrictedImports')
    expect(result.status).not.toBe(0)
  })

  it('let a stage import its own folder', () => {
    const result = lint('src/pipeline/triage/planted.ts', `import { x } from './risk.ts'\nexport const y = x\n`)
    expect(result.status).toBe(0)
  })
})
