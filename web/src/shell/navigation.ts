import { FilePlus2, Gauge, Inbox, Layers, type LucideIcon, Siren, TextSearch } from 'lucide-react'

interface NavigationItem {
  readonly to: '/' | '/alerts' | '/incidents' | '/logs' | '/sources' | '/add'
  readonly name: string
  /** Pressed after `g`. */
  readonly key: string
  readonly icon: LucideIcon
}

/** The main screens, used by the sidebar, the shortcuts and the command palette. */
export const navigation: readonly NavigationItem[] = [
  { to: '/', name: 'Overview', key: 'o', icon: Gauge },
  { to: '/alerts', name: 'Queue', key: 'q', icon: Inbox },
  { to: '/incidents', name: 'Incidents', key: 'i', icon: Siren },
  { to: '/logs', name: 'Logs', key: 'l', icon: TextSearch },
  { to: '/sources', name: 'Sources', key: 's', icon: Layers },
  { to: '/add', name: 'Add logs', key: 'n', icon: FilePlus2 },
]
