import { MoreVertical } from 'lucide-react'
import { quote } from '../../alert/filter-text.ts'
import type { AlertAction } from '../../alert/use-alert-actions.tsx'
import type { Noun } from '../../api/client.ts'
import { IconButton } from '../../parts/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../parts/menu.tsx'
import { formatCount } from '../../parts/number.ts'
import { toast } from '../../parts/toast.tsx'

export interface RowMenuProps {
  readonly alert: Noun<'Alert'>
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
  /** What can be done, to the chosen alerts where some are. */
  readonly actions: readonly AlertAction[]
  readonly chosen: number
  readonly onShow: () => void
  /** Narrows what is shown by a clause of a filter. */
  readonly onFilter: (clause: string) => void
  readonly onIncident: (id: string) => void
}

const narrowing = ['host', 'user', 'ip', 'service'] as const

/** What can be done with one row: by its button, by a right click, or by the key `.` */
export const RowMenu = ({ alert, open, onOpen, actions, chosen, onShow, onFilter, onIncident }: RowMenuProps) => {
  const { id, title, incident_id, entities } = alert
  const button = (
    <IconButton
      label={`What can be done with ${title} (.)`}
      tabIndex={-1}
      aria-haspopup="menu"
      className="size-6"
      onClick={() => onOpen(true)}
    >
      <MoreVertical size={15} aria-hidden />
    </IconButton>
  )
  // There are many rows and at most one open menu.
  if (!open) return button
  const narrow = narrowing.flatMap((type) => entities.find((entity) => entity.type === type) ?? [])
  return (
    <Menu open={open} onOpen={onOpen} focusAfter={() => document.getElementById(`row-${id}`)} trigger={button}>
      <MenuItem keys="Enter" onSelect={onShow}>
        Open
      </MenuItem>
      {incident_id !== null && <MenuItem onSelect={() => onIncident(incident_id)}>Open its incident</MenuItem>}
      <MenuItem onSelect={() => void copyLink(id)}>Copy a link to it</MenuItem>
      <MenuLine />
      {chosen > 1 && <MenuLabel>All {formatCount(chosen)} selected</MenuLabel>}
      {actions.map(({ name, keys, run }) => (
        <MenuItem key={name} keys={keys} onSelect={run}>
          {name}
        </MenuItem>
      ))}
      {narrow.length > 0 && (
        <>
          <MenuLine />
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
  // On a plain address that is not this machine browsers have no clipboard for pages.
  const done = await navigator.clipboard?.writeText(`${location.origin}/alerts?open=${id}`).then(
    () => true,
    () => false,
  )
  toast(done ? 'Copied.' : 'This browser does not let the page copy.', { ms: 3_000, bad: !done })
}
