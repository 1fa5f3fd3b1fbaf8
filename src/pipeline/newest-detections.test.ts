import { expect, it } from 'vitest'
import type { Detection } from '../schema/detection/detection.ts'
import { newestOf } from './newest-detections.ts'

const version = (facts: Partial<Detection>): Detection => ({
  ...{
    id: 'd1',
    detector: 'sequence',
    kind: 'anomaly',
    type: 'brute_force',
    severity: 'medium',
    score: 0.6,
    event_count: 1,
  },
  ...{ first_seen: '2026-01-15T10:00:00.000Z', last_seen: '2026-01-15T10:00:00.000Z', learning: false },
  ...{ source: 'auth', stream: 'auth', title: 'A test', sentence: 'A test.', value: '1', usual: '0', dedup_key: 'key' },
  ...{ contributions: [], evidence: [], entities: [], techniques: [] },
  ...facts,
})
const second = (seconds: number) => `2026-01-15T10:00:0${seconds}.000Z`

it('keeps the last version of each detection, in order', () => {
  const versions = [
    version({ event_count: 1 }),
    version({ id: 'd2' }),
    version({ event_count: 2, last_seen: second(1) }),
    version({ event_count: 3, last_seen: second(2) }),
  ]
  expect(newestOf(versions)).toEqual([versions[1], versions[3]])
})

it('keeps an earlier version that was more severe or went further', () => {
  const versions = [
    version({ severity: 'high', event_count: 1 }),
    version({ score: 0.9, event_count: 2, last_seen: second(1) }),
    version({ event_count: 4, last_seen: second(3) }),
    version({ event_count: 3, last_seen: second(2) }),
  ]
  expect(newestOf(versions)).toEqual(versions)
})
