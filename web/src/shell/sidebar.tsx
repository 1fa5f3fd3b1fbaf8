import { Link } from '@tanstack/react-router'
import { BookOpen, CircleHelp } from 'lucide-react'
import { basePath } from '../api/base-path.ts'
import { classNames } from '../parts/class-names.ts'
import { navigation } from './navigation.ts'
import { createSetting } from './setting.ts'

const sidebarWidth = createSetting('sidebar', ['narrow', 'wide'], 'narrow')

export const toggleSidebar = (): void => sidebarWidth.set(sidebarWidth.get() === 'wide' ? 'narrow' : 'wide')

/** The main navigation: at the side, or at the bottom on a phone. */
export const Sidebar = ({ openHelp }: { readonly openHelp: () => void }) => {
  const wide = sidebarWidth.use() === 'wide'
  const name = classNames('text-[0.6875rem] whitespace-nowrap sm:text-body', !wide && 'sm:sr-only')
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
        onClick={toggleSidebar}
        aria-expanded={wide}
        title="Toggle sidebar ([)"
        className={classNames('mb-2 hidden h-10 items-center gap-3 rounded-control px-2 hover:bg-hover sm:flex')}
      >
        <img src={`${basePath}/icon.svg`} alt="" width="24" height="24" className="shrink-0" />
        <span className={classNames('text-title', !wide && 'sr-only')}>Vedette</span>
      </button>
      {navigation.map(({ to, name: label, key, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          title={`${label} (g ${key})`}
          className={item}
          activeProps={{ className: 'bg-sel text-accent' }}
          inactiveProps={{ className: 'text-text-2' }}
        >
          <Icon size={18} aria-hidden className="shrink-0" />
          <span className={name}>{label}</span>
        </Link>
      ))}
      <a
        href={`${basePath}/docs`}
        title="API reference"
        className={classNames(item, 'text-text-2 max-sm:hidden sm:mt-auto')}
      >
        <BookOpen size={18} aria-hidden className="shrink-0" />
        <span className={name}>API</span>
      </a>
      <button
        type="button"
        onClick={openHelp}
        title="Keyboard shortcuts (?)"
        className={classNames(item, 'hidden text-text-2 sm:flex')}
      >
        <CircleHelp size={18} aria-hidden className="shrink-0" />
        <span className={name}>Shortcuts</span>
      </button>
    </nav>
  )
}

const item =
  'flex min-w-0 flex-1 flex-col items-center gap-0.5 rounded-control px-1 py-1.5 font-medium hover:bg-hover sm:h-10 sm:flex-none sm:flex-row sm:gap-3 sm:px-2.5'
