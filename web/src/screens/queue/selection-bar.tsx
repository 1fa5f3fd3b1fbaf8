import type { AlertAction } from '../../alert/use-alert-actions.tsx'
import { Button } from '../../parts/button.tsx'
import { Kbd } from '../../parts/kbd.tsx'
import { formatCount } from '../../parts/number.ts'

interface SelectionBarProps {
  readonly count: number
  readonly total: number
  readonly all: boolean
  readonly actions: readonly AlertAction[]
  readonly onAll: () => void
  readonly onNone: () => void
}

/** What can be done to the chosen ones; the number is the one that will be asked for. */
export const SelectionBar = ({ count, total, all, actions, onAll, onNone }: SelectionBarProps) => (
  <section
    aria-label="Selection"
    className="flex shrink-0 items-center gap-2 overflow-x-auto border-t border-line-strong bg-raised px-4 py-2 [scrollbar-width:none]"
  >
    <p className="tabular shrink-0 font-semibold" role="status">
      {all && count === total ? 'All ' : ''}
      {formatCount(count)} selected
    </p>
    {!all && total > count && (
      <Button look="ghost" onClick={onAll}>
        Select all {formatCount(total)} that match
      </Button>
    )}
    <span className="flex-1" />
    {actions.map(({ name, keys, run }) => (
      <Button key={name} onClick={run}>
        {name}
        <span className="max-sm:hidden">
          <Kbd keys={keys} />
        </span>
      </Button>
    ))}
    <Button look="ghost" onClick={onNone}>
      Clear <span className="sr-only">the selection</span>
    </Button>
  </section>
)
