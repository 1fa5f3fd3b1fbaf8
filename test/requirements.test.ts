import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { promises } from './requirements.ts'

const cited = new Set(
  ['compat', 'services']
    .map((name) => join(import.meta.dirname, name))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.test.ts'))
    .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/keeps\(([^)]*)\)/g)])
    .flatMap(([, ids = '']) => [...ids.matchAll(/'([^']+)'/g)].map(([, id]) => id)),
)

it('names every promise once', () => {
  const ids = promises.map(({ id }) => id)
  expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([])
})

it('has a test of the running program for every promise', () => {
  expect(promises.map(({ id }) => id).filter((id) => !cited.has(id))).toEqual([])
})
