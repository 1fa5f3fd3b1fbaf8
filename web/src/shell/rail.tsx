import { Link } from '@tanstack/react-router'
import { BookOpen, CircleHelp } from 'lucide-react'
import { classNames } from '../parts/class-names.ts'
import { places } from './places.ts'
import { railWidth, toggleRail } from './rail-width.ts'

/** The way to every screen: at the side, or at the bottom of a phone. */
export const Rail = ({ openHelp }: { readonly openHelp: () => void }) => {
  const wide = railWidth.use() === 'wide'
  const name = classNames('text-[0.6875rem] sm:text-body', !wide && 'sm:sr-only')
  return (
    <nav
      aria-label="Screens"
      className={classNames(
        'sticky bottom-0 z-30 flex shrink-0 justify-around gap-1 border-t border-line bg-surface p-1',
        'sm:top-0 sm:h-dvh sm:flex-col sm:justify-start sm:border-t-0 sm:border-r sm:p-2',
        wide ? 'sm:w-52' : 'sm:w-14',
      )}
    >
      <button
        type="button"
        onClick={toggleRail}
        aria-expanded={wide}
        title="Widen or narrow the rail ([)"
        className={classNames('mb-2 hidden h-10 items-center gap-3 rounded-control px-2 hover:bg-hover sm:flex')}
      >
        <img src="/icon.svg" alt="" width="24" height="24" className="shrink-0" />
        <span className={classNames('text-title', !wide && 'sr-only')}>Vedette</span>
      </button>
      {places.map(({ to, name: label, key, sign: Sign }) => (
        <Link
          key={to}
          to={to}
          title={`${label} (g ${key})`}
          className={item}
          activeProps={{ className: 'bg-sel text-accent' }}
          inactiveProps={{ className: 'text-text-2' }}
        >
          <Sign size={18} aria-hidden className="shrink-0" />
          <span className={name}>{label}</span>
        </Link>
      ))}
      <a href="/docs" title="API reference" className={classNames(item, 'text-text-2 sm:mt-auto')}>
        <BookOpen size={18} aria-hidden className="shrink-0" />
        <span className={name}>API</span>
      </a>
      <button
        type="button"
        onClick={openHelp}
        title="Keys (?)"
        className={classNames(item, 'hidden text-text-2 sm:flex')}
      >
        <CircleHelp size={18} aria-hidden className="shrink-0" />
        <span className={name}>Keys</span>
      </button>
    </nav>
  )
}

const item =
  'flex min-w-16 flex-col items-center gap-0.5 rounded-control px-2.5 py-1.5 font-medium hover:bg-hover sm:h-10 sm:min-w-0 sm:flex-row sm:gap-3'
