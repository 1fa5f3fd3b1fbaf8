import { expect, it } from 'vitest'
import { createEnrich } from './enrich.ts'
import { eventWith } from './enricher.conformance.ts'

const host = { name: 'a', enrich: () => ({ 'host.role': 'bastion', 'user.name': 'nobody' }) }

it('adds new facts and keeps fields', () => {
  const event = { ...eventWith({ 'user.name': 'root' }), template: { id: 't', text: 'x' } }
  const [enriched] = createEnrich([host])([event])
  expect(enriched).toEqual({ ...event, fields: { 'user.name': 'root', 'host.role': 'bastion' } })
})

it('lets the first enricher win, and later ones see its facts', () => {
  const second = {
    name: 'b',
    enrich: (event: { fields: object }) => ({ 'host.role': 'web', 'seen.role': 'host.role' in event.fields }),
  }
  const [enriched] = createEnrich([host, second])([eventWith({})])
  expect(enriched?.fields).toEqual({ 'host.role': 'bastion', 'user.name': 'nobody', 'seen.role': true })
})

it('passes all events on in their order', () => {
  const events = [eventWith({ 'host.role': 1, 'user.name': 2 }), eventWith({ 'user.name': 2, 'host.role': 3 })]
  const enriched = createEnrich([host])(events)
  expect(enriched[0]).toBe(events[0])
  expect(enriched[1]).toBe(events[1])
  expect(createEnrich([])(events)).toBe(events)
})
