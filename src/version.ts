import { readFileSync } from 'node:fs'
import { bundledPath } from './bundled-path.ts'

/** Reads the version from package.json. */
export const readVersion = (): string => {
  const text = readFileSync(bundledPath('package.json'), 'utf8')
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? '0'
}
