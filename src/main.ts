import { enableCompileCache } from 'node:module'

enableCompileCache()
const { startCli } = await import('./cli/start.ts')
await startCli()
