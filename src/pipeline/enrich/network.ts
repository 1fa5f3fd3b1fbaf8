import { type Event, type Fields, textField } from '../../schema/event.ts'
import type { Enricher } from './enricher.ts'

/** What is known of addresses, as far as events want it. */
export interface NetworkTable {
  /** Scope, and the ISO 3166-1 code of the country where it is known. */
  where(address: string): { readonly scope: string; readonly country: string | undefined } | undefined
}

/** Tells for the addresses of an event whether they are ours, and the countries of those that are not. */
export const networkEnricher = (networks: NetworkTable): Enricher => ({
  name: 'network',
  enrich(event) {
    const source = tellOf(event, 'source', networks)
    const destination = tellOf(event, 'destination', networks)
    return source && destination ? { ...source, ...destination } : (source ?? destination)
  },
})

const tellOf = (event: Event, side: 'source' | 'destination', networks: NetworkTable): Fields | undefined => {
  const address = textField(event, side === 'source' ? 'source.ip' : 'destination.ip')
  const known = address === undefined ? undefined : networks.where(address)
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
