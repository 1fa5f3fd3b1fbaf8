import { describe, expect, it } from 'vitest'
import { alert, attack } from './alert.fake.ts'
import { eventsOf } from './alert-facts.ts'

const rules = (id: string) => ({ detectors: ['sigma'], rules: [{ id, title: id }] })

describe('the number of events in alerts', () => {
  it('counts lines once that two rules match', () => {
    const both = [
      alert('guessing', 0, 5, { ...rules('a'), event_count: 23 }),
      alert('spraying', 0, 5, { ...rules('b'), event_count: 23 }),
    ]
    expect(eventsOf(both)).toBe(23)
  })

  it('adds up alerts of one rule about several subjects', () => {
    expect(eventsOf([attack('203.0.113.1', 12, 0, 5), attack('203.0.113.2', 30, 2, 9)])).toBe(42)
  })

  it('adds up alerts at different times', () => {
    expect(
      eventsOf([
        alert('first', 0, 5, { ...rules('a'), event_count: 10 }),
        alert('second', 6, 9, { ...rules('b'), event_count: 4 }),
      ]),
    ).toBe(14)
  })

  it('counts no less than the lines of evidence', () => {
    const one = alert('one', 0, 5, { event_count: 2 })
    expect(eventsOf([one, alert('other', 0, 5, { ...rules('a'), event_count: 2 })])).toBe(4)
    expect(eventsOf([])).toBe(0)
  })
})
