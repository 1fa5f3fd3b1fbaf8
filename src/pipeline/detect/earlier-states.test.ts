import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { minute } from '../../lib/units/time.ts'
import { bundledAgent } from './agent/agents.fake.ts'
import { detectorRegistry } from './registry.ts'
import { someEvent, someTime } from './shared/some-events.ts'

/** States that the release before saved: deflated, and in base64. It had no fields of samples, and no open windows or deviations. */
const earlier = z
  .record(z.string(), z.base64())
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/earlier-states.json'), 'utf8')))

const runtime = { fetch, log: { debug() {}, info() {}, warn() {}, error() {} }, signal: new AbortController().signal }

describe('the state of an earlier release', () => {
  it.each(Object.entries(earlier))('of %s is restored', (name, text) => {
    const start = () =>
      detectorRegistry(undefined, undefined, [bundledAgent('wifi')]).create(
        name,
        {},
        { ...runtime, now: () => someTime },
      )
    const state = inflateRawSync(Buffer.from(text, 'base64'))
    const [detector, other] = [start(), start()]
    detector.restore?.(state)
    const saved = detector.save?.() ?? new Uint8Array()
    // Nothing is lost: whatever this release adds comes at the end.
    expect(Buffer.compare(saved.subarray(0, state.length), state)).toBe(0)
    other.restore?.(saved)
    const more = Array.from({ length: 200 }, (_, i) =>
      someEvent(1000 + i, someTime + (900 + i) * minute, {
        source: 'app',
        stream: 'app/web-01/shop',
        message: `request ${i} done`,
        fields: { 'service.name': 'shop', 'host.name': 'web-01', 'process.name': 'hostapd', 'trace.id': `trace-${i}` },
      }),
    )
    expect(other.detect(more)).toEqual(detector.detect(more))
  })
})
