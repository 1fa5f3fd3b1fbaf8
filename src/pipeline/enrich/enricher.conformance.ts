import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Event, Fields } from '../../schema/event.ts'
import { createEnrich } from './enrich.ts'
import type { Enricher } from './enricher.ts'

/** An event with these fields, for the tests of enrichers. */
export const eventWith = (fields: Fields): Event => ({
  id: '0-0',
  kind: 'event',
  time: 0,
  timeGuessed: false,
  receivedAt: 0,
  source: 'test',
  stream: 'test',
  message: '',
  original: '',
  fields,
})

/** What every enricher promises. `known` are fields that it has something to say about. */
export const describeEnricher = (name: string, create: () => Enricher, known: Fields): void => {
  describe(`enricher ${name}`, () => {
    it('says something about what it knows, the same each time', () => {
      const enricher = create()
      const facts = enricher.enrich(eventWith(known))
      expect(facts).toBeDefined()
      expect(enricher.enrich(eventWith(known))).toEqual(facts)
      expect(create().enrich(eventWith(known))).toEqual(facts)
    })

    it('says nothing about an event without fields', () => {
      expect(create().enrich(eventWith({}))).toBeUndefined()
    })

    it('never overwrites what an event says, and never changes the event', () => {
      const facts = create().enrich(eventWith(known)) ?? {}
      const own: Fields = { ...Object.fromEntries(Object.keys(facts).map((fact) => [fact, 'own'])), ...known }
      const event = eventWith(Object.freeze(own))
      expect(createEnrich([create()])([event])[0]).toBe(event)
    })

    it('never throws, whatever the fields hold', () => {
      const enricher = create()
      const value = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.double(),
        fc.boolean(),
        fc.array(fc.string()),
        fc.ipV4(),
        fc.ipV6(),
      )
      const names = [...Object.keys(known), 'source.ip', 'destination.ip', 'user.name', 'host.name']
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...names), value), (fields) => {
          const facts = enricher.enrich(eventWith(fields))
          if (facts !== undefined) expect(Object.keys(facts).length).toBeGreaterThan(0)
        }),
        { numRuns: 300, seed: 7 },
      )
    })
  })
}
