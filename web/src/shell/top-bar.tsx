import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleUser, Moon, Sun, SunMoon } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useLive } from '../api/live.ts'
import { sessionQuery, signOut, useMay } from '../api/session.ts'
import { IconButton } from '../parts/button.tsx'
import { formatDuration } from '../parts/duration.ts'
import { toLabel } from '../parts/label.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../parts/menu.tsx'
import { timeZone, toggleTimeZone, useNow } from '../parts/time.tsx'
import { density, setDensity } from './density.ts'
import { singleKeys } from './keys.ts'
import { PasswordDialog } from './password-dialog.tsx'
import { cycleTheme, setTheme, themes, useTheme } from './theme.ts'

/** The bar at the top of every screen: its title, the live status and the account menu. */
export const TopBar = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <header className="sticky top-0 z-20 flex h-12 items-center gap-3 border-b border-line bg-surface px-4 md:px-6">
    <h1 className="truncate text-title">{title}</h1>
    <div className="flex min-w-0 flex-1 items-center gap-3">{children}</div>
    <LiveStatus />
    <ThemeButton />
    <Account />
  </header>
)

const LiveStatus = () => {
  const { connected, since } = useLive()
  const now = useNow()
  const stale = useIsPast(connected ? undefined : since + interruptionMs)
  return (
    <p role="status" className="flex items-center gap-1.5 text-small whitespace-nowrap text-text-2">
      {connected && <span className="size-2 rounded-full bg-ok" aria-hidden />}
      {connected && <span className="max-sm:sr-only">Live</span>}
      {stale && (
        <>
          <span className="size-2 rounded-full border border-high" aria-hidden />
          <span className="max-sm:sr-only">Live updates</span> paused for{' '}
          {formatDuration(Math.max(now, since + interruptionMs) - since)}
        </>
      )}
    </p>
  )
}

/** How long an interruption may last without being shown. */
const interruptionMs = 3_000

/** Returns whether a time has passed, without waiting for the next tick of `useNow`. */
const useIsPast = (time: number | undefined): boolean => {
  const [passed, setPassed] = useState<number>()
  useEffect(() => {
    if (time === undefined) return
    const timer = setTimeout(() => setPassed(time), Math.max(0, time - Date.now()))
    return () => clearTimeout(timer)
  }, [time])
  return time !== undefined && passed === time
}

const themeIcons = { system: SunMoon, light: Sun, dark: Moon }

const ThemeButton = () => {
  const theme = useTheme()
  const Icon = themeIcons[theme]
  return (
    <IconButton label={`Theme: ${theme} (t)`} onClick={cycleTheme}>
      <Icon size={16} aria-hidden />
    </IconButton>
  )
}

const Account = () => {
  const queries = useQueryClient()
  const { data } = useQuery(sessionQuery)
  const theme = useTheme()
  const rows = density.use()
  const navigate = useNavigate()
  const isAdmin = useMay('admin')
  const isAnalyst = useMay('analyst')
  const zone = timeZone.use()
  const keys = singleKeys.use()
  const [changing, setChanging] = useState(false)
  if (!data) return null
  const menu = (
    <Menu
      trigger={
        <IconButton label={`Account: ${data.name}`}>
          <CircleUser size={16} aria-hidden />
        </IconButton>
      }
    >
      <MenuLabel>
        {data.name} ({data.role})
      </MenuLabel>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      {themes.map((one) => (
        <MenuItem key={one} selected={one === theme} onSelect={() => setTheme(one)}>
          {toLabel(one)}
        </MenuItem>
      ))}
      <MenuLabel>Row height</MenuLabel>
      {(['comfortable', 'default', 'compact'] as const).map((one) => (
        <MenuItem key={one} selected={one === rows} onSelect={() => setDensity(one)}>
          {toLabel(one)}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem keys="u" selected={zone === 'utc'} onSelect={toggleTimeZone}>
        UTC times
      </MenuItem>
      <MenuItem selected={keys === 'on'} onSelect={() => singleKeys.set(keys === 'on' ? 'off' : 'on')}>
        Single-key shortcuts
      </MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => void navigate({ to: '/suppressions' })}>Suppressions</MenuItem>
      {isAnalyst && <MenuItem onSelect={() => void navigate({ to: '/receivers' })}>Receivers</MenuItem>}
      {isAdmin && <MenuItem onSelect={() => void navigate({ to: '/users' })}>Users</MenuItem>}
      {data.account !== null && <MenuItem onSelect={() => setChanging(true)}>Change password</MenuItem>}
      <MenuItem onSelect={() => void signOut(queries)}>Sign out</MenuItem>
    </Menu>
  )
  return (
    <>
      {menu}
      {changing && <PasswordDialog onClose={() => setChanging(false)} />}
    </>
  )
}
