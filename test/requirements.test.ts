import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { promises } from './requirements.ts'

const folder = join(import.meta.dirname, 'compat')
const cited = new Set(
  readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/keeps\(([^)]*)\)/g)])
    .flatMap(([, ids = '']) => [...ids.matchAll(/'([^']+)'/g)].map(([, id]) => id)),
)

it('names every promise once', () => {
  const ids = promises.map(({ id }) => id)
  expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([])
})

it('has a test of the running program for every promise', () => {
  expect(promises.map(({ id }) => id).filter((id) => !cited.has(id))).toEqual([])
})
