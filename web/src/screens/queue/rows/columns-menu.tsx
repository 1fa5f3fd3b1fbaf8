import { Columns3 } from 'lucide-react'
import { IconButton } from '../../../parts/button.tsx'
import { Menu, MenuItem, MenuLabel } from '../../../parts/menu.tsx'
import { columns, columnsOf } from './columns.tsx'

interface ColumnsMenuProps {
  readonly selected: readonly string[]
  readonly onSelect: (ids: readonly string[]) => void
}

/** Selects the columns of the queue. */
export const ColumnsMenu = ({ selected, onSelect }: ColumnsMenuProps) => {
  const shown = columnsOf(selected).map(({ id }) => id)
  return (
    <Menu
      trigger={
        <IconButton label="Columns">
          <Columns3 size={16} aria-hidden />
        </IconButton>
      }
    >
      <MenuLabel>Columns</MenuLabel>
      {columns.map(({ id, name }) => (
        <MenuItem
          key={id}
          selected={shown.includes(id)}
          onSelect={() => onSelect(shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id])}
        >
          {name}
        </MenuItem>
      ))}
    </Menu>
  )
}
