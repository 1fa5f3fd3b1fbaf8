import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { configReference } from '../scripts/reference.ts'

it('the reference of the configuration says what the schemas check; `npm run reference` writes it anew', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../docs/reference/config.md'), 'utf8')
  expect(written).toBe(configReference())
})
