import { setFlagsFromString } from 'node:v8'
import './v8-flags.ts'

// The compilers that optimize take a fifth of the CPU time of a short command, which ends before their code pays. They begin after this CPU
// time, in µs.
const longCommand = 700_000
const optimize = (prefix: '' | 'no-'): void => {
  for (const compiler of ['opt', 'maglev']) setFlagsFromString(`--${prefix}${compiler}`)
}
optimize('no-')
const watch = setInterval(() => {
  const { user, system } = process.cpuUsage()
  if (user + system < longCommand) return
  optimize('')
  clearInterval(watch)
}, 100).unref()

void import('./cli/start.ts').then(({ startCli }) => startCli())
