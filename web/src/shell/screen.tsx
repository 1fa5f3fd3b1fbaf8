import { type ReactNode, useEffect } from 'react'
import { TopBar } from './top-bar.tsx'

interface ScreenProps {
  /** Shown in the top bar and in the browser tab. */
  readonly title: string
  /** Shown in the top bar after the title: a filter, a time range. */
  readonly bar?: ReactNode
  readonly children: ReactNode
}

/** A screen: the top bar with its title, then its content. */
export const Screen = ({ title, bar, children }: ScreenProps) => {
  useEffect(() => {
    document.title = `${title} · Vedette`
  }, [title])
  return (
    <>
      <TopBar title={title}>{bar}</TopBar>
      <main className="min-w-0 flex-1">{children}</main>
    </>
  )
}
