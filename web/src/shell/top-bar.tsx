import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleUser, Moon, Sun, SunMoon } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useLive } from '../api/live.ts'
import { sessionQuery, signOut, useMay } from '../api/session.ts'
import { IconButton } from '../parts/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../parts/menu.tsx'
import { formatSpan, timeZone, useNow } from '../parts/time.tsx'
import { density, setDensity } from './density.ts'
import { singleKeys } from './keys.ts'
import { PasswordDialog } from './password-dialog.tsx'
import { cycleTheme, setTheme, themes, useTheme } from './theme.ts'

/** The bar on top of every screen: where one is, what is live, and who one is. */
export const TopBar = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <header className="sticky top-0 z-20 flex h-12 items-center gap-3 border-b border-line bg-surface px-4 md:px-6">
    <h1 className="truncate text-title">{title}</h1>
    <div className="flex min-w-0 flex-1 items-center gap-3">{children}</div>
    <LiveMark />
    <ThemeButton />
    <Account />
  </header>
)

const LiveMark = () => {
  const { connected, since } = useLive()
  const now = useNow()
  const stale = !connected && now - since > 3_000
  return (
    <p role="status" className="flex items-center gap-1.5 text-small whitespace-nowrap text-text-2">
      {connected && <span className="size-2 rounded-full bg-ok" aria-hidden />}
      {connected && 'live'}
      {stale && (
        <>
          <span className="size-2 rounded-full border border-high" aria-hidden />
          live updates paused {formatSpan(now - since)} ago
        </>
      )}
    </p>
  )
}

const themeSigns = { system: SunMoon, light: Sun, dark: Moon }

const ThemeButton = () => {
  const theme = useTheme()
  const Sign = themeSigns[theme]
  return (
    <IconButton label={`Theme: ${theme} (t)`} onClick={cycleTheme}>
      <Sign size={16} aria-hidden />
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
  const zone = timeZone.use()
  const keys = singleKeys.use()
  const [changing, setChanging] = useState(false)
  if (!data) return null
  const menu = (
    <Menu
      trigger={
        <IconButton label={`Account of ${data.name}`}>
          <CircleUser size={16} aria-hidden />
        </IconButton>
      }
    >
      <MenuLabel>
        {data.name}, {data.role}
      </MenuLabel>
      <MenuLine />
      <MenuLabel>Theme</MenuLabel>
      {themes.map((one) => (
        <MenuItem key={one} chosen={one === theme} onSelect={() => setTheme(one)}>
          {one}
        </MenuItem>
      ))}
      <MenuLabel>Rows</MenuLabel>
      {(['comfortable', 'default', 'compact'] as const).map((one) => (
        <MenuItem key={one} chosen={one === rows} onSelect={() => setDensity(one)}>
          {one}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem keys="u" chosen={zone === 'utc'} onSelect={() => timeZone.set(zone === 'utc' ? 'local' : 'utc')}>
        Times in UTC
      </MenuItem>
      <MenuItem chosen={keys === 'on'} onSelect={() => singleKeys.set(keys === 'on' ? 'off' : 'on')}>
        Single-key shortcuts
      </MenuItem>
      <MenuLine />
      {isAdmin && <MenuItem onSelect={() => void navigate({ to: '/people' })}>People</MenuItem>}
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
