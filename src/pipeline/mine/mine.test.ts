import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import { createRandom } from '../../lib/random/random.ts'
import type { Event } from '../../schema/event/event.ts'
import { createMiner, type Miner } from './mine.ts'

const eventOf = (message: string, service = 'sshd', kind: Event['kind'] = 'event'): Event => ({
  id: '0-1',
  kind,
  time: 1000,
  timeGuessed: false,
  receivedAt: 2000,
  source: 'syslog',
  stream: `syslog/h/${service}`,
  message,
  original: `<1>${message}`,
  fields: service ? { 'service.name': service } : {},
})

describe('mine', () => {
  it('adds templates to events and changes nothing else', () => {
    const event = eventOf('Failed password for root from 10.0.0.1')
    const [mined] = createMiner().mine([event])
    expect(mined).toEqual({ ...event, template: { id: expect.any(String), text: 'Failed password for root from <*>' } })
    expect(event.template).toBeUndefined()
  })

  it('passes unparsed events unchanged', () => {
    const event = eventOf('???', 'sshd', 'pipeline_error')
    expect(createMiner().mine([event])[0]).toBe(event)
  })

  it('mines each service alone, or each source without services', () => {
    const miner = createMiner()
    const [a, b, c] = miner.mine([eventOf('up 1', 'a'), eventOf('up 1', 'b'), eventOf('up 1', '')])
    expect(new Set([a?.template?.id, b?.template?.id, c?.template?.id]).size).toBe(3)
    expect(miner.templates('syslog').map(({ text }) => text)).toEqual(['up <*>'])
    expect(miner.templates('nobody')).toEqual([])
    expect(miner.size).toBe(3)
  })

  it('uses the first line of a stack trace', () => {
    const miner = createMiner()
    const [a, b] = miner.mine([
      eventOf('java.lang.Error: no\n\tat A.b'),
      eventOf('java.lang.Error: no\n\tat C.d\n\tat E.f'),
    ])
    expect(a?.template).toBe(b?.template)
  })

  it('returns the same templates without learning', () => {
    const miner = createMiner()
    const [proposed] = miner.mine([eventOf('user 7 came')], { learn: false })
    expect(miner.size).toBe(0)
    const [learnt] = miner.mine([eventOf('user 8 came')])
    expect(proposed?.template).toEqual(learnt?.template)
    expect(miner.mine([eventOf('user 9 came')], { learn: false })[0]?.template).toBe(learnt?.template)
  })

  it('keeps its state across a restart', () => {
    const miner = createMiner()
    const [before] = miner.mine([eventOf('disk sda1 is full'), eventOf('x', 'other')])
    const restored = createMiner()
    restored.restore(miner.save())
    expect(restored.templates()).toEqual(miner.templates())
    expect(restored.mine([eventOf('disk sdb2 is full')])[0]?.template).toEqual(before?.template)
  })

  it('continues after a restart as if there had been none, also when it drops services', () => {
    const { below } = createRandom(1)
    const letters = (of: number): string => String.fromCharCode(97 + below(of), 97 + below(of))
    const limits = { maxServices: 12, maxTemplates: 40, maxTotal: 150 }
    const miner = createMiner(limits)
    const others: Miner[] = []
    for (let batch = 0; batch < 400; batch++) {
      if (batch % 90 === 60) {
        const other = createMiner(limits)
        other.restore(miner.save())
        others.push(other)
      }
      const service = `s${Math.floor(batch / 40) + below(15)}`
      const events = Array.from({ length: 20 }, () =>
        eventOf(
          `lamp ${letters(3)} ${letters(2)} turned ${letters(3)} in ${letters(2)} ${below(2) ? 'light' : 'rain'}`,
          service,
        ),
      )
      const templates = miner.mine(events).map(({ template }) => template)
      for (const other of others) expect(other.mine(events).map(({ template }) => template)).toEqual(templates)
    }
    for (const other of others) expect(Buffer.compare(other.save(), miner.save())).toBe(0)
  })

  it('gives the same lines the same templates, whatever the batches', () => {
    const colours = ['red', 'green', 'blue', 'white', 'black', 'grey']
    const events = Array.from({ length: 300 }, (_, i) =>
      eventOf(`lamp ${i} turns ${colours[(i * 7) % 6]} in ${colours[(i * 5) % 4]} light`, `s${i % 2}`),
    )
    const ids = [1, 7, 300].map((size) => {
      const miner = createMiner()
      const mined: Event[] = []
      for (let at = 0; at < events.length; at += size) mined.push(...miner.mine(events.slice(at, at + size)))
      return mined.map(({ template }) => template?.id)
    })
    expect(ids[1]).toEqual(ids[0])
    expect(ids[2]).toEqual(ids[0])
  })

  it('rejects a foreign state with a hint', () => {
    const restore = (): void => createMiner().restore(new Uint8Array(20))
    expect(restore).toThrow(AppError)
    expect(restore).toThrow(expect.objectContaining({ code: 'STATE_VERSION', hint: expect.any(String) }))
  })

  it('bounds services and templates', () => {
    const miner = createMiner({ maxServices: 5, maxTemplates: 10, maxTotal: 30 })
    for (let i = 0; i < 40; i++) {
      const letters = String.fromCharCode(97 + (i % 26), 97 + ((i * 7) % 26))
      miner.mine(Array.from({ length: 20 }, (_, j) => eventOf(`${letters} ${String.fromCharCode(97 + j)}`, `s${i}`)))
      expect(miner.size).toBeLessThanOrEqual(30)
    }
    expect(new Set(miner.templates().map(({ service }) => service)).size).toBeLessThanOrEqual(5)
    expect(miner.templates().at(-1)?.service).toBe('s39')
  })
})
