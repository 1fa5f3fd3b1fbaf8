// Runs the program: the bundle in dist, or src/main.ts of a checkout whose sources have changed since it was bundled. It is plain JavaScript,
// because the compile cache must be enabled before Node meets the first TypeScript file: its compiler alone takes 15 MB and as much time as
// `vedette --help`.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache()
const root = new URL('..', import.meta.url)
const source = new URL('src/main.ts', root)
const bundle = new URL('dist/main.js', root)
await import(existsSync(source) && !(await isCurrent()) ? source : bundle)

async function isCurrent() {
  const { default: checks } = await import('../scripts/bootstrap/bundle.cjs')
  return checks.isCurrent(fileURLToPath(root))
}
