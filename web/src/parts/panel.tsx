import { type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'

interface PanelProps {
  readonly title: string
  /** Shown at the end of the header: a count, a link. */
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly className?: string
}

/** A section with a header. */
export const Panel = ({ title, aside, children, className }: PanelProps) => {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      className={classNames('flex min-w-0 flex-col rounded-panel border border-line bg-surface', className)}
    >
      <header className="flex min-h-11 flex-wrap items-center gap-x-3 px-4 py-2">
        <h2 id={id} className="text-title">
          {title}
        </h2>
        {aside !== undefined && <div className="ml-auto text-small text-text-2">{aside}</div>}
      </header>
      {children}
    </section>
  )
}
