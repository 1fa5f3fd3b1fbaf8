import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { casesOf } from '../../../../test/depth.ts'
import { parseDocuments, type ReadResult, readDocuments } from '../../../lib/sigma/read/read.ts'
import { parseTaxonomy, readTaxonomy } from '../../../lib/sigma/taxonomy.ts'
import { bundledRules, bundledTaxonomy, readParsedRules } from './bundled-rules.ts'

const files = globSync('**/*.yml', { cwd: bundledRules.path, exclude: ['taxonomy/**'] }).sort()

// Compiled expressions are equal to themselves only.
const written = (read: ReadResult | ReturnType<typeof readTaxonomy>) =>
  inspect(read, { depth: Number.POSITIVE_INFINITY, maxArrayLength: null })

it('is the same rules when the build has parsed them', () => {
  for (const file of casesOf(files, 30)) {
    const text = readFileSync(join(bundledRules.path, file), 'utf8')
    const parsed = new Map(parseDocuments(text).map(([source, value]) => [source, JSON.parse(JSON.stringify(value))]))
    expect(parsed.size).toBeGreaterThan(0)
    expect(written(readDocuments(text, file, { parsed }))).toBe(written(readDocuments(text, file)))
  }
})

it('is the same taxonomy when the build has parsed it', () => {
  for (const file of globSync('*.yml', { cwd: bundledTaxonomy.path })) {
    const text = readFileSync(join(bundledTaxonomy.path, file), 'utf8')
    const parsed = new Map([[text, JSON.parse(JSON.stringify(parseTaxonomy(text)))]])
    expect(written(readTaxonomy(text, file, parsed))).toBe(written(readTaxonomy(text, file)))
  }
})

it('has no values from an earlier build when it runs from the sources', async () => {
  expect(await readParsedRules()).toEqual(new Map())
})
