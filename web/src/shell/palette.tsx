import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { EyeOff, PackageOpen, Send, Table2 } from 'lucide-react'
import { Dialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { answerOf, api } from '../api/client.ts'
import { signOut } from '../api/session.ts'
import { Kbd } from '../parts/kbd.tsx'
import { toLabel } from '../parts/label.ts'
import { SeverityMark } from '../parts/severity.tsx'
import { toggleTimeZone } from '../parts/time.tsx'
import { navigation } from './navigation.ts'
import { cycleTheme } from './theme.ts'

interface PaletteProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly openHelp: () => void
}

/** Opens screens and incidents and runs commands by name. */
export const Palette = ({ open, onClose, openHelp }: PaletteProps) => (
  <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <Dialog.Portal>
      <Dialog.Overlay className="fixed inset-0 z-40 bg-bg/70" />
      <Dialog.Content
        aria-describedby={undefined}
        className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-panel border border-line bg-raised shadow-xl"
      >
        <Dialog.Title className="sr-only">Command palette</Dialog.Title>
        <Commands onClose={onClose} openHelp={openHelp} />
      </Dialog.Content>
    </Dialog.Portal>
  </Dialog.Root>
)

const Commands = ({ onClose, openHelp }: Omit<PaletteProps, 'open'>) => {
  const router = useRouter()
  const queries = useQueryClient()
  const incidents = useQuery({
    queryKey: ['incidents', 'palette'],
    queryFn: () => answerOf(api.GET('/api/v1/incidents', { params: { query: { limit: 50 } } })),
  })
  const closeThen = (run: () => unknown) => () => {
    onClose()
    run()
  }
  return (
    <Command label="Command palette" loop>
      <Command.Input
        placeholder="Search screens, incidents and commands"
        className="h-12 w-full border-b border-line bg-transparent px-4 text-title font-normal outline-none placeholder:text-text-3"
      />
      <Command.List className="max-h-[50dvh] overflow-y-auto p-1 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-small [&_[cmdk-group-heading]]:text-text-2">
        <Command.Empty className="px-3 py-4 text-text-2">No results</Command.Empty>
        <Command.Group heading="Screens">
          {navigation.map(({ to, name, key, icon: Icon }) => (
            <PaletteItem key={to} keys={`g ${key}`} onSelect={closeThen(() => router.navigate({ to }))}>
              <Icon size={16} aria-hidden className="text-text-2" />
              {name}
            </PaletteItem>
          ))}
          <PaletteItem onSelect={closeThen(() => router.navigate({ to: '/suppressions' }))}>
            <EyeOff size={16} aria-hidden className="text-text-2" />
            Suppressions
          </PaletteItem>
          <PaletteItem onSelect={closeThen(() => router.navigate({ to: '/adopt' }))}>
            <PackageOpen size={16} aria-hidden className="text-text-2" />
            Move from an older system
          </PaletteItem>
          <PaletteItem onSelect={closeThen(() => router.navigate({ to: '/queries' }))}>
            <Table2 size={16} aria-hidden className="text-text-2" />
            Queries
          </PaletteItem>
          <PaletteItem onSelect={closeThen(() => router.navigate({ to: '/receivers' }))}>
            <Send size={16} aria-hidden className="text-text-2" />
            Receivers
          </PaletteItem>
        </Command.Group>
        {(incidents.data?.data.length ?? 0) > 0 && (
          <Command.Group heading="Incidents">
            {incidents.data?.data.map(({ display_id, title, severity, status }) => (
              <PaletteItem
                key={display_id}
                onSelect={closeThen(() => router.navigate({ to: '/incidents/$id', params: { id: display_id } }))}
              >
                <SeverityMark severity={severity} />
                <span className="font-mono text-small whitespace-nowrap text-text-2">{display_id}</span>
                <span className="min-w-0 truncate">{title}</span>
                <span className="ml-auto text-small text-text-2">{toLabel(status)}</span>
              </PaletteItem>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Commands">
          <PaletteItem keys="t" onSelect={closeThen(cycleTheme)}>
            Change theme
          </PaletteItem>
          <PaletteItem keys="u" onSelect={closeThen(toggleTimeZone)}>
            Toggle UTC times
          </PaletteItem>
          <PaletteItem keys="[Shift]+?" onSelect={closeThen(openHelp)}>
            Keyboard shortcuts
          </PaletteItem>
          <PaletteItem onSelect={closeThen(() => signOut(queries))}>Sign out</PaletteItem>
        </Command.Group>
      </Command.List>
    </Command>
  )
}

interface PaletteItemProps {
  readonly onSelect: () => void
  readonly children: ReactNode
  readonly keys?: string
}

const PaletteItem = ({ onSelect, children, keys }: PaletteItemProps) => (
  <Command.Item
    onSelect={onSelect}
    className="flex min-h-9 items-center gap-2.5 rounded-control px-3 data-[selected=true]:bg-sel"
  >
    {children}
    {keys !== undefined && (
      <span className="ml-auto">
        <Kbd keys={keys} />
      </span>
    )}
  </Command.Item>
)
