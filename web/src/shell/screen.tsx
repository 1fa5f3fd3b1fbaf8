import { type ReactNode, useEffect } from 'react'
import { TopBar } from './top-bar.tsx'

interface ScreenProps {
  /** Stands in the bar, in the browser's tab, and is what the screen is announced as. */
  readonly title: string
  /** What stands in the bar after the title: a filter, a range. */
  readonly bar?: ReactNode
  readonly children: ReactNode
}

/** A screen: the bar with its title, then its content, which it lays out itself. Every screen is one of these. */
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
