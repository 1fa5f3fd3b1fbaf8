import './v8-flags.ts'
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { startCli } = await import('./cli/start.ts')
await startCli()
