import { runCluster } from './cluster-run.ts'
import { mixedLines } from './mixed-lines.ts'
import { readBenchOptions } from './options.ts'
import { toRequestBodies } from './request-bodies.ts'
import { costOf, renderSizing, writeSizing } from './sizing.ts'

// Measures what one event costs each part of an installation, and calculates from it what rates up to a million events a second need.
const { number, write } = readBenchOptions()
const total = number('lines', 200_000)
const hosts = 64
const attempts = 50
/** Some lines are of attackers, as everywhere on the internet, because facts and detections cost more than quiet lines. */
const lines = mixedLines(total).map((line, index) => {
  const host = `host-${index % hosts}`
  if (index % attempts !== 0) return line.replace(/ \S+ /, ` ${host} `)
  const time = line.slice(0, line.indexOf(' '))
  const guess = Math.floor(index / attempts)
  return `${time} ${host} sshd[9]: Failed password for invalid user guest${guess % 97} from 203.0.113.${guess % 200} port ${20_000 + (guess % 40_000)} ssh2`
})
const cost = costOf(await runCluster(1, toRequestBodies(lines, 5_000)))
const text = renderSizing(cost, total)
console.log(JSON.stringify({ bench: 'scale', ...cost }))
console.log(text)
if (write) writeSizing(text)
