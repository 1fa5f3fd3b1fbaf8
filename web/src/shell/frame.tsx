import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ErrorComponentProps, Link, Outlet, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { followChanges } from '../api/live.ts'
import { hasExpired, noteSession, sessionQuery } from '../api/session.ts'
import { buttonClass } from '../parts/button.tsx'
import { Empty, ErrorNotice, Loading } from '../parts/states.tsx'
import { toggleTimeZone } from '../parts/time.tsx'
import { Toasts } from '../parts/toast.tsx'
import { FileDrop } from './file-drop.tsx'
import { useKeys } from './keys.ts'
import { navigation } from './navigation.ts'
import { Screen } from './screen.tsx'
import { passwordLink, SetPassword } from './set-password.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { Sidebar, toggleSidebar } from './sidebar.tsx'
import { SignIn } from './sign-in.tsx'
import { cycleTheme } from './theme.ts'
import { useSeeWhy } from './use-see-why.ts'

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })))

/** The frame around every screen. Shows the sign-in page until the user is signed in. */
export const Frame = () => {
  const session = useQuery(sessionQuery)
  const link = passwordLink.use()
  if (link !== null) return <SetPassword link={link} />
  if (session.data) return <SignedIn />
  if (session.data === null) return <SignIn expired={hasExpired()} />
  return (
    <main className="mx-auto max-w-lg p-6">
      {session.error ? (
        <ErrorNotice error={session.error} onRetry={() => void session.refetch()} />
      ) : (
        <Loading label="Loading session…" />
      )}
    </main>
  )
}

const SignedIn = () => {
  const queries = useQueryClient()
  const router = useRouter()
  useEffect(noteSession, [])
  useEffect(() => followChanges(queries), [queries])
  const [help, setHelp] = useState(false)
  const [palette, setPalette] = useState(false)
  useSeeWhy()
  useKeys('Global', [
    { keys: '$mod+k', label: 'Command palette', run: () => setPalette(true) },
    { keys: '[Shift]+?', label: 'Keyboard shortcuts', run: () => setHelp(true) },
    { keys: 't', label: 'Change theme', run: cycleTheme },
    { keys: 'u', label: 'Toggle UTC times', run: toggleTimeZone },
    { keys: '[', label: 'Toggle sidebar', run: toggleSidebar },
  ])
  useKeys(
    'Go to',
    navigation.map(({ to, name, key }) => ({ keys: `g ${key}`, label: name, run: () => void router.navigate({ to }) })),
  )
  return (
    <div className="flex min-h-dvh flex-col-reverse sm:flex-row">
      <a
        href="#screen"
        className="fixed top-2 left-2 z-50 print:hidden -translate-y-16 rounded-control bg-accent px-3 py-1 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <Sidebar openHelp={() => setHelp(true)} />
      <div id="screen" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
        <Outlet />
      </div>
      <FileDrop />
      <Toasts />
      <ShortcutsDialog open={help} onClose={() => setHelp(false)} />
      {palette && (
        <Suspense>
          <Palette open onClose={() => setPalette(false)} openHelp={() => setHelp(true)} />
        </Suspense>
      )}
    </div>
  )
}

/** Shown in place of a screen that failed to render. */
export const ScreenError = ({ error, reset }: ErrorComponentProps) => (
  <Screen title="Something went wrong">
    <ErrorNotice error={error} onRetry={reset} />
  </Screen>
)

/** Shown for an unknown URL. */
export const NotFound = () => (
  <Screen title="Not found">
    <div className="p-2 md:py-4">
      <Empty title="This page does not exist">
        <Link to="/" className={buttonClass()}>
          Go to overview
        </Link>
      </Empty>
    </div>
  </Screen>
)
