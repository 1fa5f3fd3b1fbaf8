import { Group } from 'lucide-react'
import { Button } from '../../parts/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../parts/menu.tsx'
import { type GroupField, groupFields } from './group-fields.ts'

interface GroupMenuProps {
  readonly field: GroupField | undefined
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
  readonly onChoose: (field: GroupField | undefined) => void
}

/** Chooses what alerts are grouped by. */
export const GroupMenu = ({ field, open, onOpen, onChoose }: GroupMenuProps) => {
  const chosen = groupFields.find((one) => one.field === field)
  return (
    <Menu
      open={open}
      onOpenChange={onOpen}
      trigger={
        <Button variant="ghost" title="Group (b)">
          <Group size={15} aria-hidden />
          {chosen ? `By ${chosen.name.toLowerCase()}` : <span className="max-sm:sr-only">Group</span>}
        </Button>
      }
    >
      <MenuLabel>Group by</MenuLabel>
      {groupFields.map((one) => (
        <MenuItem key={one.field} selected={one.field === field} onSelect={() => onChoose(one.field)}>
          {one.name}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem selected={field === undefined} onSelect={() => onChoose(undefined)}>
        Not at all
      </MenuItem>
    </Menu>
  )
}
