import { MoreHorizontal } from 'lucide-react'
import type { AlertAction } from '../../alert/use-alert-actions.tsx'
import { Button, IconButton } from '../../parts/button.tsx'
import { Kbd } from '../../parts/kbd.tsx'
import { Menu, MenuItem } from '../../parts/menu.tsx'
import { formatCount } from '../../parts/number.ts'

interface SelectionBarProps {
  readonly count: number
  readonly total: number
  readonly all: boolean
  readonly actions: readonly AlertAction[]
  readonly onAll: () => void
  readonly onNone: () => void
}

/** The other actions are in a menu. */
const maxButtons = 3

/** The number of selected alerts and the actions on them. */
export const SelectionBar = ({ count, total, all, actions, onAll, onNone }: SelectionBarProps) => (
  <section
    aria-label="Selection"
    className="flex shrink-0 flex-wrap items-center gap-2 border-t border-line-strong bg-raised px-4 py-2 max-sm:gap-1.5 max-sm:px-3"
  >
    <p className="tabular shrink-0 font-semibold" role="status">
      {all && count === total ? 'All ' : ''}
      {formatCount(count)} selected
    </p>
    {!all && total > count && (
      <Button variant="ghost" onClick={onAll}>
        Select all {formatCount(total)}
      </Button>
    )}
    <Button variant="ghost" onClick={onNone}>
      Clear <span className="sr-only">selection</span>
    </Button>
    <span className="flex-1 max-sm:hidden" />
    {actions.slice(0, maxButtons).map(({ name, keys, run }) => (
      <Button key={name} onClick={run}>
        {name}
        <span className="max-sm:hidden">
          <Kbd keys={keys} />
        </span>
      </Button>
    ))}
    {actions.length > maxButtons && (
      <Menu
        trigger={
          <IconButton label="More actions" className="size-7 border border-line">
            <MoreHorizontal size={15} aria-hidden />
          </IconButton>
        }
      >
        {actions.slice(maxButtons).map(({ name, keys, run }) => (
          <MenuItem key={name} keys={keys} onSelect={run}>
            {name}
          </MenuItem>
        ))}
      </Menu>
    )}
  </section>
)
