import { describe, expect, it } from 'vitest'
import { createReader, createWriter } from '../../../lib/bytes/codec.ts'
import type { EventSample } from './evidence.ts'
import { readOpenParts, writeOpenParts } from './open-parts.ts'
import { readSample, writeSample } from './sample-state.ts'

const sampleOf = (id: string, length: number): EventSample => ({
  id,
  time: 1,
  original: id,
  fields: { 'log.file.path': '/'.repeat(length), 'source.ip': '203.0.113.9' },
})
const write = (parts: readonly (readonly EventSample[] | undefined)[]): Uint8Array => {
  const writer = createWriter('test', 1)
  writeOpenParts(writer, parts, (part, own, into) => {
    part.varint(own.length)
    for (const sample of own) writeSample(part, sample, into)
  })
  return writer.finish()
}
const read = (state: Uint8Array, count: number): readonly (readonly EventSample[])[] => {
  const reader = createReader(state, 'test', 1)
  const parts = Array.from({ length: count }, (): EventSample[] => [])
  readOpenParts(reader, parts, (part, into, samples) => {
    for (let left = part.varint(); left > 0; left--) {
      const sample = readSample(part, samples)
      if (sample) into.push(sample)
    }
  })
  return parts
}

describe('the open parts of a saved state', () => {
  it('come back with the fields of their samples', () => {
    const parts = [[sampleOf('a', 20), sampleOf('b', 20)], [], [sampleOf('c', 30)]]
    expect(read(write([parts[0], undefined, parts[2]]), 3)).toEqual(parts)
  })

  it('are none in a state of an earlier release', () => {
    expect(read(createWriter('test', 1).finish(), 2)).toEqual([[], []])
  })

  it('stay within their bytes, and those that fit keep their own fields', () => {
    const many = Array.from({ length: 200_000 }, (_, i) => sampleOf(`${i}`, 10))
    const state = write([[sampleOf('a', 20)], many, [sampleOf('b', 30)]])
    expect(state.length).toBeLessThan(1000)
    expect(read(state, 3)).toEqual([[sampleOf('a', 20)], [], [sampleOf('b', 30)]])
  })

  it('leave out fields that are too long', () => {
    const [restored] = read(write([[sampleOf('a', 5000), sampleOf('b', 5)]]), 1)
    expect(restored?.map(({ fields }) => fields)).toEqual([undefined, sampleOf('b', 5).fields])
  })
})
