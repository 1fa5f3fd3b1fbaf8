import { FilePlus2, Gauge, Inbox, type LucideIcon, Siren } from 'lucide-react'

interface Place {
  readonly to: '/' | '/alerts' | '/incidents' | '/add'
  readonly name: string
  /** Pressed after `g`. */
  readonly key: string
  readonly sign: LucideIcon
}

/** Where one can go from everywhere: the rail, the keys and the palette read this. A new screen is a line here. */
export const places: readonly Place[] = [
  { to: '/', name: 'Overview', key: 'o', sign: Gauge },
  { to: '/alerts', name: 'Queue', key: 'q', sign: Inbox },
  { to: '/incidents', name: 'Incidents', key: 'i', sign: Siren },
  { to: '/add', name: 'Add logs', key: 'n', sign: FilePlus2 },
]
