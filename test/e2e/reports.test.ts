import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analysis } from '../../src/schema/analysis.ts'
import { needs, sharedData } from '../needs.ts'
import { root } from './program.ts'

const logs = sharedData('data/loghub')

const analyze = (system: string) => {
  const result = spawnSync(
    process.execPath,
    [join(root, 'bin/vedette.cjs'), 'analyze', join(logs.path, system, `${system}_2k.log`), '--json'],
    { encoding: 'utf8', maxBuffer: 256 << 20 },
  )
  expect(result.status, result.stderr).toBe(0)
  return analysis.parse(JSON.parse(result.stdout))
}

describe('the report on real logs', needs(logs), () => {
  it('reports the brute force in the OpenSSH log and the successful login', () => {
    const { incidents, records, parsed } = analyze('OpenSSH')
    expect(records).toBe(2000)
    expect(parsed).toBe(2000)
    expect(incidents.length).toBeLessThanOrEqual(5)
    const first = incidents.slice(0, 3)
    const attack = first.find(({ title, reason }) => `${title} ${reason}`.includes('183.62.140.253'))
    expect(attack?.title).toMatch(/brute force|failed logins/i)
    expect(`${attack?.title} ${attack?.reason}`).toContain('286')
    expect(attack?.evidence.some(({ line }) => line.includes('Accepted password for fztu'))).toBe(true)
  })

  it.each(['Apache', 'Linux', 'HDFS', 'BGL', 'Spark', 'Zookeeper', 'Windows'])('reads the %s log', (system) => {
    const { incidents, records, parsed } = analyze(system)
    expect(records).toBeGreaterThan(0)
    expect(parsed / records).toBeGreaterThanOrEqual(0.99)
    expect(incidents.length).toBeLessThanOrEqual(10)
    for (const { title, reason, evidence, entities } of incidents) {
      expect(title.length).toBeGreaterThan(10)
      expect(reason.length).toBeGreaterThan(20)
      expect(evidence.length).toBeGreaterThan(0)
      expect(entities.length).toBeGreaterThan(0)
    }
  })
})
