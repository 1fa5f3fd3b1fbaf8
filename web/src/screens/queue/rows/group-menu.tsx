import { Group } from 'lucide-react'
import { Button } from '../../../parts/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../../parts/menu.tsx'
import { type GroupField, groupFields } from './group-fields.ts'

interface GroupMenuProps {
  readonly field: GroupField | undefined
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly onSelect: (field: GroupField | undefined) => void
}

/** Selects the field to group alerts by. */
export const GroupMenu = ({ field, open, onOpenChange, onSelect }: GroupMenuProps) => {
  const selected = groupFields.find((one) => one.field === field)
  return (
    <Menu
      open={open}
      onOpenChange={onOpenChange}
      trigger={
        <Button variant="ghost" title="Group (b)">
          <Group size={15} aria-hidden />
          {selected ? `Group: ${selected.name}` : <span className="max-sm:sr-only">Group</span>}
        </Button>
      }
    >
      <MenuLabel>Group by</MenuLabel>
      {groupFields.map((one) => (
        <MenuItem key={one.field} selected={one.field === field} onSelect={() => onSelect(one.field)}>
          {one.name}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem selected={field === undefined} onSelect={() => onSelect(undefined)}>
        None
      </MenuItem>
    </Menu>
  )
}
