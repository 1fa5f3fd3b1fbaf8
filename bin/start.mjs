// Runs the program: in a checkout src/main.ts, in a package dist/main.js. It is plain JavaScript, because the compile cache must be enabled
// before Node meets the first TypeScript file: its compiler alone takes 15 MB and as much time as `vedette --help`.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'

enableCompileCache()
const source = new URL('../src/main.ts', import.meta.url)
await import(existsSync(source) ? source : new URL('../dist/main.js', import.meta.url))
