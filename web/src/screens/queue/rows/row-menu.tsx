import { MoreVertical } from 'lucide-react'
import type { ComponentProps } from 'react'
import { quote } from '../../../alert/filter-text.ts'
import type { AlertAction } from '../../../alert/use-alert-actions.tsx'
import { siteUrl } from '../../../api/base-path.ts'
import { IconButton } from '../../../parts/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../../parts/menu.tsx'
import { formatCount } from '../../../parts/number.ts'
import { copyWithToast } from '../../../parts/toast.tsx'
import { groupFields } from './group-fields.ts'
import { idOfRow, type QueueRow } from './row-key.ts'

export interface RowMenuProps {
  readonly row: QueueRow
  /** Whether the row is an expanded group. */
  readonly expanded: boolean
  readonly onClose: () => void
  /** The actions on the selected alerts, or on this row. */
  readonly actions: readonly AlertAction[]
  readonly selected: number
  readonly onShow: () => void
  /** Adds a clause to the filter. */
  readonly onFilter: (clause: string) => void
  readonly onIncident: (id: string) => void
}

/** Opens the menu of a row. */
export const RowMenuButton = ({ of, ...rest }: { readonly of: string } & ComponentProps<'button'>) => (
  <IconButton label={`Actions for ${of} (.)`} tabIndex={-1} aria-haspopup="menu" className="size-6" {...rest}>
    <MoreVertical size={15} aria-hidden />
  </IconButton>
)

/** The display name of a row. */
export const nameOf = ({ alert, group }: Pick<QueueRow, 'alert' | 'group'>): string =>
  group ? (group.name ?? group.value ?? `${fieldWithout(group.filter)}: none`) : alert.title

const fieldWithout = (filter: string): string | undefined =>
  groupFields.find(({ field }) => filter === `-${field}:*`)?.name

const filterFields = ['host', 'user', 'ip', 'service'] as const

/** The actions on a row, opened with its button, a right click or the key `.` */
export const RowMenu = ({ row, expanded, onClose, actions, selected, onShow, onFilter, onIncident }: RowMenuProps) => {
  const { alert, group } = row
  const { id, incident_id, entities } = alert
  const filters = group ? [] : filterFields.flatMap((type) => entities.find((entity) => entity.type === type) ?? [])
  return (
    <Menu
      open
      onOpenChange={(open) => open || onClose()}
      focusAfter={() => document.getElementById(idOfRow(row.key))}
      trigger={<RowMenuButton of={nameOf(row)} />}
    >
      <MenuItem keys="Enter" onSelect={onShow}>
        {group ? (expanded ? 'Collapse' : 'Expand') : 'Open'}
      </MenuItem>
      {group && <MenuItem onSelect={() => onFilter(group.filter)}>Filter by group</MenuItem>}
      {incident_id !== null && (!group || group.filter.startsWith('incident_id:')) && (
        <MenuItem onSelect={() => onIncident(incident_id)}>Open incident</MenuItem>
      )}
      {!group && <MenuItem onSelect={() => void copyWithToast(`${siteUrl}/alerts?open=${id}`)}>Copy link</MenuItem>}
      <MenuSeparator />
      {selected > 1 && <MenuLabel>All {formatCount(selected)} selected</MenuLabel>}
      {selected === 0 && group && <MenuLabel>All {formatCount(group.count)} in group</MenuLabel>}
      {actions.map(({ name, keys, run }) => (
        <MenuItem key={name} keys={keys} onSelect={run}>
          {name}
        </MenuItem>
      ))}
      {filters.length > 0 && (
        <>
          <MenuSeparator />
          <MenuLabel>Filter for</MenuLabel>
          {filters.map(({ type, value }) => (
            <MenuItem key={type} onSelect={() => onFilter(`${type}:${quote(value)}`)}>
              {type} {value}
            </MenuItem>
          ))}
        </>
      )}
    </Menu>
  )
}
