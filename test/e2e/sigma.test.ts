import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { needs, sharedData } from '../needs.ts'
import { until } from '../until.ts'
import { freePort, root, scratch, startServer } from './program.ts'

const packs = sharedData('conformance/sigma')
const scorer = sharedData('conformance/bin/sigma_score.mjs')

describe('the rule engine, tested by an external suite', needs(packs), () => {
  it('agrees with two independent engines on real rules and events', () => {
    const cmd = `${process.execPath} ${join(root, 'bin/vedette.cjs')} sigma eval --rules {rules} --events {events} --json`
    const { stdout, stderr } = spawnSync(process.execPath, [scorer.path, '--packs', packs.path, '--cmd', cmd], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    })
    const { regression, evtx, cloud, witness, semantics } = JSON.parse(stdout || `{"failed":${JSON.stringify(stderr)}}`)
    expect(semantics.failed).toEqual([])
    expect(regression.official_missed).toEqual([])
    for (const pack of [regression, evtx, cloud, witness]) {
      expect(pack.precision).toBeGreaterThanOrEqual(0.995)
      expect(pack.recall).toBeGreaterThanOrEqual(0.99)
    }
  })

  const tellsWhatItUsed = `process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
    console.error('used', maxRSS, (userCPUTime + systemCPUTime) / 1e6)
  })`
  it('loads all of them in five seconds and 300 MB', () => {
    const rules = join(packs.path, 'rules')
    const line = '{"id":"1","logsource":{"category":"none"},"event":{}}\n'
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(tellsWhatItUsed)}`,
        join(root, 'src/main.ts'),
        ...['sigma', 'eval', '--rules', rules, '--events', '-', '--json'],
      ],
      { encoding: 'utf8', input: line },
    )
    expect(status).toBe(0)
    const [, kilobytes, seconds] = /^used (\S+) (\S+)/m.exec(stderr) ?? []
    expect(Number(seconds)).toBeLessThan(5)
    expect(Number(kilobytes)).toBeLessThan(300_000)
  })
})

const rule = `
title: Five failures of one address
id: 7c1f7a8e-95a1-4d6c-8b1e-2f6c4b1d7a01
correlation:
  type: event_count
  rules: [failure_for_test]
  group-by: [source.ip]
  timespan: 10m
  condition: { gte: 5 }
level: high
---
title: Failure
name: failure_for_test
logsource: { product: linux, service: sshd }
detection:
  selection: { message|contains: 'Failed password for' }
  condition: selection
level: informational
`

describe('a correlation', () => {
  it('keeps its count after kill -9', async () => {
    const { path, remove } = scratch()
    const { writeFileSync, mkdirSync } = await import('node:fs')
    const folder = join(path, 'own')
    mkdirSync(folder)
    writeFileSync(join(folder, 'failures.yml'), rule)
    const dataDir = join(path, 'data')
    const port = await freePort()
    const env = { VEDETTE_RULES_PATHS: JSON.stringify([folder]) }
    const line = (second: number) =>
      `Jan  5 08:00:0${second} web-01 sshd[4711]: Failed password for root from 203.0.113.77 port 4711 ssh2`
    const detections = async (server: Awaited<ReturnType<typeof startServer>>) => {
      const answer = await server.ask('/api/v1/detections?limit=100')
      const { data } = (await answer.json()) as { data: { rule?: { id: string }; event_count: number }[] }
      return data.filter((item) => item.rule?.id.startsWith('7c1f7a8e'))
    }
    const send = (server: Awaited<ReturnType<typeof startServer>>, lines: readonly string[]) =>
      server.ask('/api/v1/events?source=auth', {
        method: 'POST',
        body: lines.join('\n'),
        headers: { 'content-type': 'text/plain' },
      })
    try {
      const first = await startServer({ dataDir, port, env })
      expect((await send(first, [1, 2, 3, 4].map(line))).ok).toBe(true)
      await first.settled()
      expect(await detections(first)).toEqual([])
      await first.stop('SIGKILL')
      const second = await startServer({ dataDir, port, env })
      await send(second, [line(5)])
      await until(async () => (await detections(second)).length > 0, 'the detection')
      expect(await detections(second)).toHaveLength(1)
      expect((await detections(second))[0]?.event_count).toBe(5)
      await second.stop()
    } finally {
      remove()
    }
  })
})
