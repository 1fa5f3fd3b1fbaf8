import { useRouter } from '@tanstack/react-router'
import { timeZone } from '../parts/time.tsx'
import { useKeys } from './keys.ts'
import { places } from './places.ts'
import { toggleRail } from './rail-width.ts'
import { cycleTheme } from './theme.ts'

interface ShellKeys {
  readonly openHelp: () => void
  readonly openPalette: () => void
}

/** The keys that work on every screen. */
export const useShellKeys = ({ openHelp, openPalette }: ShellKeys): void => {
  const router = useRouter()
  useKeys('Everywhere', [
    { keys: '$mod+k', does: 'Go to or do by name', run: openPalette },
    { keys: '[Shift]+?', does: 'Show these keys', run: openHelp },
    { keys: 't', does: 'Change the theme', run: cycleTheme },
    { keys: 'u', does: 'Times in UTC or local', run: () => timeZone.set(timeZone.get() === 'utc' ? 'local' : 'utc') },
    { keys: '[', does: 'Widen or narrow the rail', run: toggleRail },
  ])
  useKeys(
    'Go to',
    places.map(({ to, name, key }) => ({ keys: `g ${key}`, does: name, run: () => void router.navigate({ to }) })),
  )
}
