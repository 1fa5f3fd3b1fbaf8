import { expect, it } from 'vitest'
import type { RecordBatch } from '../schema/record/record.ts'
import { originOf, readOrigin } from './job-origin.ts'

const batch = (source: string, more: Partial<RecordBatch> = {}): RecordBatch => ({
  ...{ partition: 0, first: 0, source, receivedAt: 0, texts: ['a line'] },
  ...more,
})
const of = (...batches: RecordBatch[]) => readOrigin(originOf(batches))

it('names each source of a job once, and at most ten', () => {
  expect(of(batch('web'), batch('auth'), batch('web')).sources).toEqual(['web', 'auth'])
  expect(of(...Array.from({ length: 4000 }, (_, index) => batch(`source ${index}`))).sources).toHaveLength(10)
})

it('names the place of a single record', () => {
  const file = '/var/log/auth.log'
  expect(of(batch('auth', { file, lines: [1502], peers: ['203.0.113.9'] })).place).toBe('/var/log/auth.log:1502')
  expect(of(batch('auth', { file })).place).toBe('/var/log/auth.log')
  expect(of(batch('syslog', { peers: ['203.0.113.9'] })).place).toBe('203.0.113.9')
  expect(of(batch('auth', { file, lines: [1, 2], texts: ['one', 'two'] })).place).toBeNull()
  expect(of(batch('auth', { file, lines: [1] }), batch('auth', { file, lines: [2] })).place).toBeNull()
})

it('knows nothing about IDs and jobs of an earlier version', () => {
  expect(originOf(['alert-1'])).toBeNull()
  expect(readOrigin(null)).toEqual({ sources: [], streams: [], place: null })
})
