import { describe, expect, it } from 'vitest'
import type { Detection } from '../../schema/detection/detection.ts'
import type { Event } from '../../schema/event/event.ts'
import { createDetect } from './detect.ts'
import type { Detector } from './detector.ts'
import { detectorRegistry } from './registry.ts'
import { toEvidence } from './shared/evidence.ts'
import { toDetection } from './shared/finding.ts'
import { someEvent, someTime } from './shared/some-events.ts'

const warnings: string[] = []
const log = { debug() {}, info() {}, warn: (_: object, text: string) => void warnings.push(text), error() {} }
const delivery = (id: string) => ({
  id,
  attempt: 1,
  signal: new AbortController().signal,
  transaction: async () => undefined,
})

const chunk = (of: string, number: number, last = false) => ({
  ...delivery(`${of}/${number}`),
  chunk: { of: delivery(of), last },
})

const find = (event: Event): Detection =>
  toDetection({
    detector: 'test',
    type: 'other',
    source: event.source,
    stream: event.stream,
    subject: event.id,
    start: event.time,
    from: event.time,
    to: event.time,
    score: 0.5,
    severity: 'low',
    title: `saw ${event.id}`,
    sentence: 'It was seen.',
    value: '1',
    usual: '0',
    reasons: [{ feature: 'a', value: '1', usual: '0', pull: 1 }],
    evidence: [toEvidence(event)],
    events: 1,
    entities: [],
    key: event.id,
    learning: false,
  })

/** Creates a detector that records its calls. */
const createRecorder = (faults: { detect?: boolean } = {}) => {
  const calls: string[] = []
  const detector: Detector = {
    name: 'test',
    detect(events) {
      calls.push(`detect ${events.length}`)
      if (faults.detect) throw new Error('broken')
      return events.map(find)
    },
    save: () => new Uint8Array([7]),
    restore(state) {
      calls.push(`restore ${state[0]}`)
    },
  }
  return { detector, calls }
}
const events = (count: number) => Array.from({ length: count }, (_, i) => someEvent(i, someTime + i))

describe('detect', () => {
  it('repeats its answer to a redelivery without learning from it', async () => {
    const { detector, calls } = createRecorder()
    const { run } = createDetect([detector], { log, learn: (learnt) => calls.push(`learn ${learnt.length}`) })
    const first = await run(events(3), delivery('a'))
    expect(await run(events(3), delivery('a'))).toEqual(first)
    expect(calls).toEqual(['detect 3', 'learn 3'])
  })

  it('learns from a redelivery after the detectors were restored', async () => {
    const { detector, calls } = createRecorder()
    const { run, forgetDeliveries } = createDetect([detector], { log })
    await run(events(3), delivery('a'))
    forgetDeliveries()
    expect(await run(events(3), delivery('a'))).toHaveLength(3)
    expect(calls).toEqual(['detect 3', 'detect 3'])
  })

  it('passes on every tick', async () => {
    const { detector, calls } = createRecorder()
    const { run } = createDetect([detector], { log })
    await run([], delivery('a'))
    await run([], delivery('b'))
    expect(calls).toEqual(['detect 0', 'detect 0'])
  })

  it('continues without a detector that fails, and counts the failure', async () => {
    const detect = createDetect([createRecorder({ detect: true }).detector, createRecorder().detector], { log })
    expect(await detect.run(events(2), delivery('a'))).toHaveLength(2)
    expect(detect.counts.get('test')).toEqual({ failed: 1, summedUp: 0 })
  })

  it('summarizes detections beyond the limit, and logs it', async () => {
    const detect = createDetect([createRecorder().detector], { log, limit: 10 })
    const found = await detect.run(events(50), delivery('a'))
    expect(found).toHaveLength(11)
    expect(found.at(-1)).toMatchObject({
      title: '40 more findings at the same time',
      event_count: 40,
      severity: 'info',
    })
    expect(detect.counts.get('test')).toEqual({ failed: 0, summedUp: 40 })
    expect(warnings).toContain('Too many detections in one delivery. The rest is summarized.')
  })

  it('returns the detections of all chunks with the last one, without duplicates, up to the limit', async () => {
    const { detector } = createRecorder()
    const { run } = createDetect([detector], { log, limit: 3 })
    expect(await run(events(2), chunk('a', 0))).toEqual([])
    expect(await run([], chunk('a', 1))).toEqual([])
    const found = await run(events(3), chunk('a', 2, true))
    expect(found.map(({ title }) => title)).toEqual(['saw 0-0', 'saw 0-1', 'saw 0-2'])
    expect(await run(events(4).slice(0, 2), chunk('b', 0))).toEqual([])
    const [, , , rest] = await run(events(4).slice(2), chunk('b', 1, true))
    expect(rest?.title).toBe('1 more finding at the same time')
  })

  it('repeats its answer to a redelivery that comes in chunks, also after one that broke off', async () => {
    const { detector, calls } = createRecorder()
    const { run, factsOf } = createDetect([{ ...detector, takeFacts: () => events(1) }], { log, limit: 3 })
    const deliver = async () => {
      await run(events(2), chunk('a', 0))
      await run(events(4).slice(1), chunk('a', 1))
      return { found: await run(events(5).slice(3), chunk('a', 2, true)), facts: factsOf('a') }
    }
    await run(events(2), chunk('a', 0))
    const first = await deliver()
    expect(first.found.at(-1)?.title).toBe('2 more findings at the same time')
    expect(first.facts).toHaveLength(3)
    expect(await deliver()).toEqual(first)
    expect(calls).toEqual(['detect 2', 'detect 3', 'detect 2'])
    expect(factsOf('b')).toEqual([])
  })

  it('repeats what it found at a tick that is redelivered', async () => {
    const { detector, calls } = createRecorder()
    const { run } = createDetect([{ ...detector, detect: () => detector.detect(events(1)) }], { log })
    const first = await run([], chunk('a', 0, true))
    expect(first).toHaveLength(1)
    expect(await run([], chunk('a', 0, true))).toEqual(first)
    expect(calls).toEqual(['detect 1'])
  })

  it('replays without returning detections', async () => {
    const { detector, calls } = createRecorder()
    createDetect([detector], { log }).replay(events(2))
    expect(calls).toEqual(['detect 2'])
  })

  it('saves and restores its detectors', () => {
    const { detector, calls } = createRecorder()
    const detect = createDetect([detector], { log })
    detect.restore(detect.save())
    expect(calls).toEqual(['restore 7'])
  })
})

describe('the registry', () => {
  const detectors = detectorRegistry()

  it('creates each detector with its defaults', () => {
    const runtime = { now: () => 0, fetch, log, signal: new AbortController().signal }
    for (const name of detectors.names) expect(detectors.create(name, {}, runtime).name).toBe(name)
    expect(detectors.names).toEqual([
      'agent',
      'agent-model',
      'baseline',
      'external',
      'indicator',
      'isolation-forest',
      'job',
      'rarity',
      'sequence',
      'session',
      'sigma',
      'template',
      'transfer',
      'trend',
    ])
  })

  it('describes each option', () => {
    for (const { options } of detectors.components) {
      const { shape } = options as unknown as { shape: Record<string, { description?: string }> }
      for (const [key, option] of Object.entries(shape)) expect(option.description, key).toMatch(/\w.*\.$/)
    }
  })
})
