import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../e2e/program.ts'

/**
 * Installs the clients as their users do, once for each version of their list: they are no dependencies of this project. Returns the
 * program that sends with them.
 */
export const installNpmClients = (): string => {
  const files = ['package.json', 'package-lock.json', 'send.mjs']
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(import.meta.dirname, file)))
  const cache = join(root, 'node_modules/.cache')
  const installed = join(cache, `npm-clients-${hash.digest('hex').slice(0, 16)}`)
  if (!existsSync(installed)) {
    mkdirSync(cache, { recursive: true })
    const folder = mkdtempSync(join(cache, 'npm-clients-'))
    for (const file of files) cpSync(join(import.meta.dirname, file), join(folder, file))
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: folder })
    try {
      renameSync(folder, installed)
    } catch (error) {
      // Another suite was faster.
      rmSync(folder, { recursive: true })
      if (!existsSync(installed)) throw error
    }
  }
  return join(installed, 'send.mjs')
}
