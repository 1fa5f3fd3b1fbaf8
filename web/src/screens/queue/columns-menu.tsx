import { Columns3 } from 'lucide-react'
import { IconButton } from '../../parts/button.tsx'
import { Menu, MenuItem, MenuLabel } from '../../parts/menu.tsx'
import { columns, columnsOf } from './columns.tsx'

interface ColumnsMenuProps {
  readonly chosen: readonly string[]
  readonly onChoose: (ids: readonly string[]) => void
}

/** Chooses what stands beside the title. */
export const ColumnsMenu = ({ chosen, onChoose }: ColumnsMenuProps) => {
  const shown = columnsOf(chosen).map(({ id }) => id)
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
          onSelect={() => onChoose(shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id])}
        >
          {name}
        </MenuItem>
      ))}
    </Menu>
  )
}
