import { join, resolve } from 'node:path'
import type { RuleFolder } from './rule-folder.ts'

/** The bundled rules: beside `src` in a checkout, beside `dist` in the package. */
const bundled = resolve(import.meta.dirname, '../../../../rules')

export const bundledRules: RuleFolder = { name: 'bundled', path: bundled, without: ['taxonomy'] }

/** How to recognize and read events of common log sources. */
export const bundledTaxonomy: RuleFolder = { name: 'taxonomy', path: join(bundled, 'taxonomy') }
