import { describe, expect, it } from 'vitest'
import { parseRecord } from '../parse-record.ts'

const read = (object: unknown) =>
  parseRecord({ text: JSON.stringify(object), source: 's', receivedAt: Date.parse('2026-11-22T00:00:00Z') }).fields

describe('the process of an event', () => {
  const record = {
    'src.process.pid': 1517,
    'src.process.image.path': '/usr/bin/dash',
    'src.process.parent.image.path': '/usr/bin/python3',
    'tgt.process.pid': 1518,
    'tgt.process.image.path': '/usr/bin/ip',
  }

  it('is the created one, and its creator the parent', () => {
    expect(read({ ...record, 'event.type': 'Process Creation' })).toMatchObject({
      'process.pid': 1518,
      'process.executable': '/usr/bin/ip',
      'process.parent.executable': '/usr/bin/dash',
    })
  })

  it('is otherwise the one that acts', () => {
    expect(read({ ...record, 'event.type': 'Open Remote Process Handle' })).toMatchObject({
      'process.pid': 1517,
      'process.executable': '/usr/bin/dash',
    })
  })
})

describe('the ends of a connection', () => {
  const record = { LocalAddress: '10.0.0.5', LocalPort: 51_234, RemoteAddress: '203.0.113.9', RemotePort: 443 }
  const ends = (fields: ReturnType<typeof read>) =>
    ['source.ip', 'source.port', 'destination.ip', 'destination.port'].map((name) => fields[name])

  it.each([
    ['outbound, as most', record, ['10.0.0.5', 51_234, '203.0.113.9', 443]],
    ['inbound', { ...record, Direction: 'Inbound' }, ['203.0.113.9', 443, '10.0.0.5', 51_234]],
    [
      'of a server that names its client alone',
      { remote_addr: '203.0.113.9' },
      ['203.0.113.9', undefined, undefined, undefined],
    ],
  ])('%s', (_, object, expected) => {
    expect(ends(read(object))).toEqual(expected)
  })

  it('have no time of their own in a text that is none', () => {
    expect(read({ '@timestamp': 'yesterday', msg: 'x' })['@timestamp']).toBeUndefined()
  })
})
