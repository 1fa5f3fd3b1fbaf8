import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ErrorComponentProps, Link, Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { followChanges } from '../api/live.ts'
import { sessionQuery } from '../api/session.ts'
import { buttonLook } from '../parts/button.tsx'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import { Toasts } from '../parts/toast.tsx'
import { DropAnywhere } from './drop-anywhere.tsx'
import { KeyHelp } from './key-help.tsx'
import { Rail } from './rail.tsx'
import { Screen } from './screen.tsx'
import { passwordLink, SetPassword } from './set-password.tsx'
import { useShellKeys } from './shell-keys.ts'
import { SignIn } from './sign-in.tsx'
import { useSeeWhy } from './use-see-why.ts'

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })))

/** What is around every screen. Who is not signed in gets the sign-in instead, and then the screen that they wanted. */
export const Frame = () => {
  const session = useQuery(sessionQuery)
  const link = passwordLink.use()
  if (link !== null) return <SetPassword link={link} />
  if (session.data) return <SignedIn />
  if (session.data === null) return <SignIn />
  return (
    <main className="mx-auto max-w-lg p-6">
      {session.error ? (
        <Failure error={session.error} onRetry={() => void session.refetch()} />
      ) : (
        <Loading what="Asking the server who you are…" />
      )}
    </main>
  )
}

const SignedIn = () => {
  const queries = useQueryClient()
  useEffect(() => followChanges(queries), [queries])
  const [help, setHelp] = useState(false)
  const [palette, setPalette] = useState(false)
  useSeeWhy()
  useShellKeys({ openHelp: () => setHelp(true), openPalette: () => setPalette(true) })
  return (
    <div className="flex min-h-dvh flex-col-reverse sm:flex-row">
      <a
        href="#screen"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-control bg-accent px-3 py-1 text-on-accent focus:translate-y-0"
      >
        Skip to the content
      </a>
      <Rail openHelp={() => setHelp(true)} />
      <div id="screen" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
        <Outlet />
      </div>
      <DropAnywhere />
      <Toasts />
      <KeyHelp open={help} onClose={() => setHelp(false)} />
      {palette && (
        <Suspense>
          <Palette open onClose={() => setPalette(false)} openHelp={() => setHelp(true)} />
        </Suspense>
      )}
    </div>
  )
}

/** Shown in place of a screen that failed. */
export const ScreenFailure = ({ error, reset }: ErrorComponentProps) => (
  <Screen title="Something went wrong">
    <Failure error={error} onRetry={reset} />
  </Screen>
)

/** Shown for an address that is none. */
export const LostScreen = () => (
  <Screen title="Not found">
    <div className="p-2 md:py-4">
      <Empty title="There is no screen at this address.">
        <Link to="/" className={buttonLook()}>
          Go to the overview
        </Link>
      </Empty>
    </div>
  </Screen>
)
