import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { builtPath, bundledPath } from '../../../bundled-path.ts'
import type { RuleFolder } from './rule-folder.ts'

const bundled = bundledPath('rules')

export const bundledRules: RuleFolder = {
  name: 'bundled',
  path: bundled,
  without: ['taxonomy'],
  isBundled: true,
}

/** How to recognize and read events of common log sources. */
export const bundledTaxonomy: RuleFolder = {
  name: 'taxonomy',
  path: join(bundled, 'taxonomy'),
  isBundled: true,
}

const parsedRules = z.array(z.tuple([z.string(), z.unknown()]))

/** Reads the values of the bundled rules and taxonomies, by their texts, as the build parsed them. A changed one is not among them. */
export const readParsedRules = async (): Promise<ReadonlyMap<string, unknown>> => {
  try {
    return new Map(parsedRules.parse(JSON.parse(await readFile(builtPath('rules.json'), 'utf8'))))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map()
    throw error
  }
}
