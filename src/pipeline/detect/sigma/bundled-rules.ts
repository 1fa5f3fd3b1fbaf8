import { join } from 'node:path'
import { bundledPath } from '../../../bundled-path.ts'
import type { RuleFolder } from './rule-folder.ts'

const bundled = bundledPath('rules')

export const bundledRules: RuleFolder = { name: 'bundled', path: bundled, without: ['taxonomy'] }

/** How to recognize and read events of common log sources. */
export const bundledTaxonomy: RuleFolder = { name: 'taxonomy', path: join(bundled, 'taxonomy') }
