import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as promises from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { finishMoves, type Move, putInPlace, stageOf } from './put-in-place.ts'

let folder: string
const at = (...names: readonly string[]) => join(folder, ...names)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-place-'))
  for (const name of ['data/rules', 'data/.restore/data/rules', 'models']) mkdirSync(at(name), { recursive: true })
  const files = { 'data/vedette.db': 'old', 'data/vedette.db-wal': 'old', 'data/rules/a.yml': 'old', 'models/m': 'old' }
  const staged = {
    'data/.restore/vedette.db': 'new',
    'data/.restore/data/rules/b.yml': 'new',
    'models/.m.restore': 'new',
  }
  for (const [name, text] of Object.entries({ ...files, ...staged })) writeFileSync(at(name), text)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const moves = (): Move[] => [
  { place: at('data/vedette.db-wal'), kept: at('data/before/vedette.db-wal') },
  { place: at('data/vedette.db'), staged: at('data/.restore/vedette.db'), kept: at('data/before/vedette.db') },
  { place: at('data/rules'), staged: at('data/.restore/data/rules'), kept: at('data/before/rules') },
  { place: at('models/m'), staged: at('models/.m.restore'), kept: at('models/m.before') },
]
const before = { 'data/vedette.db': 'old', 'data/vedette.db-wal': 'old', 'data/rules/a.yml': 'old', 'models/m': 'old' }
const after = {
  'data/before/rules/a.yml': 'old',
  'data/before/vedette.db': 'old',
  'data/before/vedette.db-wal': 'old',
  'data/rules/b.yml': 'new',
  'data/vedette.db': 'new',
  'models/m': 'new',
  'models/m.before': 'old',
}
const files = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  )

it('puts all in place and keeps what was there', async () => {
  await putInPlace(at('data'), moves())
  expect(files()).toEqual(after)
})

it('goes back when it was interrupted before all was prepared', async () => {
  rmSync(at('models/.m.restore'))
  await finishMoves(at('data'))
  expect(files()).toEqual(before)
})

it('ends what was interrupted after any number of steps', async () => {
  writeFileSync(join(stageOf(at('data')), 'journal.json'), JSON.stringify(moves()))
  const renames = moves().flatMap(({ place, staged, kept }) => [[place, kept], ...(staged ? [[staged, place]] : [])])
  cpSync(folder, `${folder}-start`, { recursive: true })
  for (let steps = 0; steps <= renames.length; steps++) {
    rmSync(folder, { recursive: true })
    cpSync(`${folder}-start`, folder, { recursive: true })
    mkdirSync(at('data/before'))
    for (const [from = '', to = ''] of renames.slice(0, steps)) await promises.rename(from, to)
    await finishMoves(at('data'))
    expect(files(), `after ${steps} steps`).toEqual(after)
    await finishMoves(at('data'))
    expect(files()).toEqual(after)
  }
  rmSync(`${folder}-start`, { recursive: true })
})
