import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { Dialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { answerOf, api } from '../api/client.ts'
import { signOut } from '../api/session.ts'
import { Kbd } from '../parts/kbd.tsx'
import { SeverityMark } from '../parts/severity.tsx'
import { timeZone } from '../parts/time.tsx'
import { places } from './places.ts'
import { cycleTheme } from './theme.ts'

interface PaletteProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly openHelp: () => void
}

/** Goes anywhere and does anything by its name. */
export const Palette = ({ open, onClose, openHelp }: PaletteProps) => (
  <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <Dialog.Portal>
      <Dialog.Overlay className="fixed inset-0 z-40 bg-bg/70" />
      <Dialog.Content
        aria-describedby={undefined}
        className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-panel border border-line bg-raised shadow-xl"
      >
        <Dialog.Title className="sr-only">Go to or do</Dialog.Title>
        <Choices onClose={onClose} openHelp={openHelp} />
      </Dialog.Content>
    </Dialog.Portal>
  </Dialog.Root>
)

const Choices = ({ onClose, openHelp }: Omit<PaletteProps, 'open'>) => {
  const router = useRouter()
  const queries = useQueryClient()
  const incidents = useQuery({
    queryKey: ['incidents', 'palette'],
    queryFn: () => answerOf(api.GET('/api/v1/incidents', { params: { query: { limit: 50 } } })),
  })
  const then = (run: () => unknown) => () => {
    onClose()
    run()
  }
  return (
    <Command label="Go to or do" loop>
      <Command.Input
        placeholder="Go to a screen or an incident, or do something"
        className="h-12 w-full border-b border-line bg-transparent px-4 text-title font-normal outline-none placeholder:text-text-3"
      />
      <Command.List className="max-h-[50dvh] overflow-y-auto p-1 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-small [&_[cmdk-group-heading]]:text-text-2">
        <Command.Empty className="px-3 py-4 text-text-2">Nothing has this name.</Command.Empty>
        <Command.Group heading="Screens">
          {places.map(({ to, name, key, sign: Sign }) => (
            <Choice key={to} keys={`g ${key}`} onSelect={then(() => router.navigate({ to }))}>
              <Sign size={16} aria-hidden className="text-text-2" />
              {name}
            </Choice>
          ))}
        </Command.Group>
        {(incidents.data?.data.length ?? 0) > 0 && (
          <Command.Group heading="Incidents">
            {incidents.data?.data.map(({ display_id, title, severity, status }) => (
              <Choice
                key={display_id}
                onSelect={then(() => router.navigate({ to: '/incidents/$id', params: { id: display_id } }))}
              >
                <SeverityMark severity={severity} />
                <span className="font-mono text-small whitespace-nowrap text-text-2">{display_id}</span>
                <span className="min-w-0 truncate">{title}</span>
                <span className="ml-auto text-small text-text-2">{status}</span>
              </Choice>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Do">
          <Choice keys="t" onSelect={then(cycleTheme)}>
            Change the theme
          </Choice>
          <Choice keys="u" onSelect={then(() => timeZone.set(timeZone.get() === 'utc' ? 'local' : 'utc'))}>
            Times in UTC or local
          </Choice>
          <Choice keys="[Shift]+?" onSelect={then(openHelp)}>
            Show the keys
          </Choice>
          <Choice onSelect={then(() => signOut(queries))}>Sign out</Choice>
        </Command.Group>
      </Command.List>
    </Command>
  )
}

interface ChoiceProps {
  readonly onSelect: () => void
  readonly children: ReactNode
  readonly keys?: string
}

const Choice = ({ onSelect, children, keys }: ChoiceProps) => (
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
