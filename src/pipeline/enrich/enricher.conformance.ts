import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { runs } from '../../../test/depth.ts'
import type { Event, Fields } from '../../schema/event/event.ts'
import { createEnrich } from './enrich.ts'
import type { Enricher } from './enricher.ts'

/** Creates an event with the given fields. */
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

/** Tests the promises of the enricher contract. `known` are fields that the enricher has facts about. */
export const describeEnricher = (name: string, create: () => Enricher, known: Fields): void => {
  describe(`enricher ${name}`, () => {
    it('adds the same facts each time', () => {
      const enricher = create()
      const facts = enricher.enrich(eventWith(known))
      expect(facts).toBeDefined()
      expect(enricher.enrich(eventWith(known))).toEqual(facts)
      expect(create().enrich(eventWith(known))).toEqual(facts)
    })

    it('adds nothing to an event without fields', () => {
      expect(create().enrich(eventWith({}))).toBeUndefined()
    })

    it('never overwrites a field or changes the event', () => {
      const facts = create().enrich(eventWith(known)) ?? {}
      const own: Fields = { ...Object.fromEntries(Object.keys(facts).map((fact) => [fact, 'own'])), ...known }
      const event = eventWith(Object.freeze(own))
      expect(createEnrich([create()])([event])[0]).toBe(event)
    })

    it('never throws, whatever the fields', () => {
      const enricher = create()
      const value = fc.oneof(
        fc.string({ unit: anyCharacter }),
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
        { numRuns: runs(300), seed: 7 },
      )
    })
  })
}
