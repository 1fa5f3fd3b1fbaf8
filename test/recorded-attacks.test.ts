import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { createAnalysis } from '../src/app/analysis.ts'
import { silentLog } from '../src/component.ts'
import { loadConfig } from '../src/config.ts'
import { createRules } from '../src/operations/rules/rule-folders.ts'
import { deepRun } from './depth.ts'
import { needs, sharedData } from './needs.ts'

const recordings = sharedData('data/security/otrf')

it('finds recorded attacks on Windows, besides cleared event logs', needs(deepRun, recordings), async () => {
  const { config } = loadConfig({ flags: {}, env: {}, cwd: import.meta.dirname })
  const rules = createRules({ config, settings: async () => [], log: silentLog })
  await rules.refresh()
  const missed: string[] = []
  const files = globSync('*.ndjson.gz', { cwd: recordings.path })
  for (const file of files) {
    const lines = gunzipSync(readFileSync(join(recordings.path, file)))
      .toString()
      .trim()
      .split('\n')
    const { alerts } = await createAnalysis({ config, rules: rules.book })(recordsOf(lines))
    const found = alerts.filter(
      ({ severity, title }) => severity !== 'low' && !title.startsWith('Windows event log cleared'),
    )
    if (found.length === 0) missed.push(file)
  }
  expect(files.length).toBeGreaterThan(0)
  // One lists local accounts once, one asks for a password in a window, one reads settings of ADFS: administrators do each of them.
  expect(missed.length, missed.join(', ')).toBeLessThanOrEqual(3)
})

async function* recordsOf(lines: readonly string[]) {
  const batchSize = 1024
  const receivedAt = Date.UTC(2027, 0, 1)
  for (let at = 0; at < lines.length; at += batchSize)
    yield lines.slice(at, at + batchSize).map((text) => ({ text, source: 'windows.json', receivedAt }))
}
