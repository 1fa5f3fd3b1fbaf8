import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'

// Emits the algorithms that the package exports, with their types, beside the bundled program.
const root = resolve(import.meta.dirname, '..')
rmSync(resolve(root, 'dist/lib'), { recursive: true, force: true })
const tsc = resolve(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
