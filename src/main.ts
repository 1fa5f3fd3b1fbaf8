import './v8-flags.ts'

const { startCli } = await import('./cli/start.ts')
await startCli()
