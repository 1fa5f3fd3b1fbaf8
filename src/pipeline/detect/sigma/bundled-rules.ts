import { join, resolve } from 'node:path'
import type { RuleFolder } from './rule-folder.ts'

/** The rules that come with the program: beside `src` in a checkout, beside `dist` in the package. */
const bundled = resolve(import.meta.dirname, '../../../../rules')

export const bundledRules: RuleFolder = { name: 'bundled', path: bundled, without: ['taxonomy'] }

/** How events of the usual log sources are known and read. */
export const bundledTaxonomy: RuleFolder = { name: 'taxonomy', path: join(bundled, 'taxonomy') }
