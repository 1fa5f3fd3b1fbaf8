import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { until } from '../../test/until.ts'
import { createOutages } from './outages.ts'
import { runSources } from './sources.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

it('leaves it to a source to say when what it told of itself is over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-sources-'))
  const path = join(folder, 'a.log')
  writeFileSync(path, 'one\ntwo\n')
  const outages = createOutages(() => 0)
  outages.began('here', 'its server is away')
  const stop = new AbortController()
  const texts: string[] = []
  const running = runSources({
    sources: [{ name: 'here', type: 'file', paths: [path] }],
    cursors: { read: async () => undefined },
    outages,
    intake: {
      async accept(records) {
        texts.push(...records.map(({ text }) => text))
        return { accepted: records.length, repeated: false }
      },
    },
    now: Date.now,
    log,
    signal: stop.signal,
    received() {},
  })
  await until(() => texts.length > 0)
  expect(outages.problems()).toEqual([expect.stringContaining('its server is away')])
  stop.abort()
  await running
  rmSync(folder, { recursive: true })
})
