import { MoreVertical } from 'lucide-react'
import type { ComponentProps } from 'react'
import { quote } from '../../alert/filter-text.ts'
import type { AlertAction } from '../../alert/use-alert-actions.tsx'
import { IconButton } from '../../parts/button.tsx'
import { copyText } from '../../parts/copy-text.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../parts/menu.tsx'
import { formatCount } from '../../parts/number.ts'
import { toast } from '../../parts/toast.tsx'
import { groupFields } from './group-fields.ts'
import { idOfRow, type QueueRow } from './row-key.ts'

export interface RowMenuProps {
  readonly row: QueueRow
  /** Of a group: whether its alerts are shown. */
  readonly unfolded: boolean
  readonly onClose: () => void
  /** What can be done, to the chosen alerts where some are. */
  readonly actions: readonly AlertAction[]
  readonly chosen: number
  readonly onShow: () => void
  /** Narrows what is shown by a clause of a filter. */
  readonly onFilter: (clause: string) => void
  readonly onIncident: (id: string) => void
}

/** What opens it; in a row whose menu is closed there is only this. */
export const RowMenuButton = ({ of, ...rest }: { readonly of: string } & ComponentProps<'button'>) => (
  <IconButton label={`What can be done with ${of} (.)`} tabIndex={-1} aria-haspopup="menu" className="size-6" {...rest}>
    <MoreVertical size={15} aria-hidden />
  </IconButton>
)

/** How a row is called. */
export const nameOf = ({ alert, group }: Pick<QueueRow, 'alert' | 'group'>): string =>
  group ? (group.name ?? group.value ?? `No ${fieldWithout(group.filter)}`) : alert.title

const fieldWithout = (filter: string): string | undefined =>
  groupFields.find(({ field }) => filter === `-${field}:*`)?.name.toLowerCase()

const narrowing = ['host', 'user', 'ip', 'service'] as const

/** What can be done with one row: by its button, by a right click, or by the key `.` */
export const RowMenu = ({ row, unfolded, onClose, actions, chosen, onShow, onFilter, onIncident }: RowMenuProps) => {
  const { alert, group } = row
  const { id, incident_id, entities } = alert
  const narrow = group ? [] : narrowing.flatMap((type) => entities.find((entity) => entity.type === type) ?? [])
  return (
    <Menu
      open
      onOpenChange={(open) => open || onClose()}
      focusAfter={() => document.getElementById(idOfRow(row.key))}
      trigger={<RowMenuButton of={nameOf(row)} />}
    >
      <MenuItem keys="Enter" onSelect={onShow}>
        {group ? (unfolded ? 'Fold' : 'Unfold') : 'Open'}
      </MenuItem>
      {group && <MenuItem onSelect={() => onFilter(group.filter)}>Show only this group</MenuItem>}
      {incident_id !== null && (!group || group.filter.startsWith('incident_id:')) && (
        <MenuItem onSelect={() => onIncident(incident_id)}>Open its incident</MenuItem>
      )}
      {!group && <MenuItem onSelect={() => void copyLink(id)}>Copy a link to it</MenuItem>}
      <MenuSeparator />
      {chosen > 1 && <MenuLabel>All {formatCount(chosen)} selected</MenuLabel>}
      {chosen === 0 && group && <MenuLabel>All {formatCount(group.count)} of the group</MenuLabel>}
      {actions.map(({ name, keys, run }) => (
        <MenuItem key={name} keys={keys} onSelect={run}>
          {name}
        </MenuItem>
      ))}
      {narrow.length > 0 && (
        <>
          <MenuSeparator />
          <MenuLabel>Show only</MenuLabel>
          {narrow.map(({ type, value }) => (
            <MenuItem key={type} onSelect={() => onFilter(`${type}:${quote(value)}`)}>
              {type} {value}
            </MenuItem>
          ))}
        </>
      )}
    </Menu>
  )
}

const copyLink = async (id: string): Promise<void> => {
  const done = await copyText(`${location.origin}/alerts?open=${id}`)
  toast(done ? 'Copied.' : 'This browser does not let the page copy.', { ms: 3_000, error: !done })
}
