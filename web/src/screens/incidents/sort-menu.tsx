import { ArrowDownWideNarrow } from 'lucide-react'
import { Button } from '../../parts/button.tsx'
import { Menu, MenuItem, MenuLabel } from '../../parts/menu.tsx'
import { type IncidentsSearch, sorts } from './search.ts'

type Sort = NonNullable<IncidentsSearch['sort']>

const names: Readonly<Record<Sort, string>> = {
  '-created_at': 'Newest first',
  '-last_seen': 'Last seen',
  '-risk_score': 'Highest risk',
}

interface SortMenuProps {
  readonly sort: Sort
  readonly onSelect: (sort: Sort) => void
}

/** Selects the order of the incidents. */
export const SortMenu = ({ sort, onSelect }: SortMenuProps) => (
  <Menu
    trigger={
      <Button aria-label={`Sort: ${names[sort]}`} className="h-8 shrink-0">
        <ArrowDownWideNarrow size={14} aria-hidden />
        <span className="max-sm:sr-only">{names[sort]}</span>
      </Button>
    }
  >
    <MenuLabel>Sort by</MenuLabel>
    {sorts.map((one) => (
      <MenuItem key={one} selected={one === sort} onSelect={() => onSelect(one)}>
        {names[one]}
      </MenuItem>
    ))}
  </Menu>
)
