import { type Event, type Fields, textField } from '../../schema/event/event.ts'
import type { Enricher } from './enricher.ts'

/** Facts about addresses. */
export interface NetworkTable {
  /** Returns scope and ISO 3166-1 country code of an address, where known. */
  locate(address: string): { readonly scope: string; readonly country: string | undefined } | undefined
}

/** Adds the scope of an event's addresses, and the country of external ones. */
export const networkEnricher = (networks: NetworkTable): Enricher => ({
  name: 'network',
  enrich(event) {
    const source = factsOf(event, 'source', networks)
    const destination = factsOf(event, 'destination', networks)
    return source && destination ? { ...source, ...destination } : (source ?? destination)
  },
})

const factsOf = (event: Event, side: 'source' | 'destination', networks: NetworkTable): Fields | undefined => {
  const address = textField(event, side === 'source' ? 'source.ip' : 'destination.ip')
  const known = address === undefined ? undefined : networks.locate(address)
  if (!known) return undefined
  const { scope, country } = known
  if (side === 'source') {
    return country !== undefined
      ? { 'source.network.scope': scope, 'source.geo.country_iso_code': country }
      : { 'source.network.scope': scope }
  }
  return country !== undefined
    ? { 'destination.network.scope': scope, 'destination.geo.country_iso_code': country }
    : { 'destination.network.scope': scope }
}
