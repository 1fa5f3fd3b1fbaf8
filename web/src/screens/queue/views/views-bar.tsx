import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bookmark, MoreHorizontal } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { answerOf, api } from '../../../api/client.ts'
import { toProblem } from '../../../api/problem.ts'
import { sessionQuery } from '../../../api/session.ts'
import { Button, IconButton } from '../../../parts/button.tsx'
import { classNames } from '../../../parts/class-names.ts'
import { Dialog } from '../../../parts/dialog.tsx'
import { Menu, MenuItem } from '../../../parts/menu.tsx'
import { formatCount } from '../../../parts/number.ts'
import { toastNotSaved } from '../../../parts/toast.tsx'
import { density } from '../../../shell/density.ts'
import type { QueueView } from '../queue-view.ts'
import type { SavedView } from './use-views.ts'

interface ViewsBarProps {
  readonly views: readonly SavedView[]
  readonly current: string
  readonly view: QueueView
  readonly changed: boolean
  readonly onView: (id: string) => void
}

/** The saved views with their numbers of open alerts, and the actions to save, update and delete one. */
export const ViewsBar = ({ views, current, view, changed, onView }: ViewsBarProps) => {
  const [saving, setSaving] = useState(false)
  const me = useQuery(sessionQuery).data
  const savedView = views.find(({ id }) => id === current)
  const canEdit = savedView && !savedView.usual && (savedView.owner === me?.name || me?.role === 'admin')
  return (
    <nav
      aria-label="Views"
      // Relative, because labels for screen readers are positioned: outside a scroller they would widen the page.
      className="relative flex min-h-10.25 shrink-0 items-center gap-1 overflow-x-auto border-b border-line bg-surface px-2 [scrollbar-width:none] md:px-4"
    >
      {views.map(({ id, name, open, total, filter }) => (
        <button
          key={id}
          type="button"
          aria-current={id === current ? 'page' : undefined}
          title={filter}
          onClick={() => onView(id)}
          className={classNames(
            '-mb-px flex h-10 shrink-0 items-center gap-1.5 border-b-2 px-2.5 whitespace-nowrap',
            id === current ? 'border-accent font-semibold text-text' : 'border-transparent text-text-2 hover:text-text',
          )}
        >
          {name}
          {open !== null && open > 0 && (
            <span className="tabular font-mono text-small font-normal text-text-2">{formatCount(open)}</span>
          )}
          {open === 0 && total !== null && total > 0 && (
            <span className="sr-only">{formatCount(total)} total, none open</span>
          )}
        </button>
      ))}
      <span className="flex-1" />
      {changed && (
        <Button variant="ghost" onClick={() => setSaving(true)}>
          <Bookmark size={14} aria-hidden /> Save view
        </Button>
      )}
      {canEdit && (
        <ViewMenu
          savedView={savedView}
          view={view}
          changed={changed}
          onDeleted={() => onView('open')}
          onSaved={() => onView(savedView.id)}
        />
      )}
      {saving && (
        <SaveDialog
          view={view}
          onClose={() => setSaving(false)}
          onSaved={(id) => {
            setSaving(false)
            onView(id)
          }}
        />
      )}
    </nav>
  )
}

const contentOf = ({ q, from, to, sort, columns, group }: QueueView) => ({
  filter: q,
  from: from ?? null,
  to: to ?? null,
  sort,
  group: group ?? null,
  columns: [...columns],
  density: density.get(),
})

interface SaveDialogProps {
  readonly view: QueueView
  readonly onClose: () => void
  readonly onSaved: (id: string) => void
}

const SaveDialog = ({ view, onClose, onSaved }: SaveDialogProps) => {
  const queries = useQueryClient()
  const save = useMutation({
    mutationFn: (body: { name: string; shared: boolean }) =>
      answerOf(api.POST('/api/v1/views', { body: { ...body, ...contentOf(view) } })),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['views'] })
      onSaved(id)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    save.mutate({ name: String(form.get('name') ?? ''), shared: form.get('shared') === 'on' })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Save view"
      description="Saves the filter, time range, sort order, grouping, columns and row height."
    >
      <form onSubmit={submit} className="mt-1 flex flex-col gap-3">
        <label className="font-medium">
          Name
          <input
            name="name"
            data-first
            required
            maxLength={80}
            className="mt-1 block h-8 w-full rounded-control border border-line-strong bg-surface px-2 font-normal"
          />
        </label>
        <label className="flex min-h-6 items-center gap-2">
          <input name="shared" type="checkbox" defaultChecked className="accent-(--accent)" /> Share with everyone
        </label>
        {save.error && (
          <p role="alert" className="text-critical">
            {toProblem(save.error).message}
          </p>
        )}
        <Button type="submit" variant="primary" className="self-end" disabled={save.isPending}>
          Save
        </Button>
      </form>
    </Dialog>
  )
}

interface ViewMenuProps {
  readonly savedView: SavedView
  readonly view: QueueView
  readonly changed: boolean
  readonly onDeleted: () => void
  readonly onSaved: () => void
}

const ViewMenu = ({ savedView: { id, name }, view, changed, onDeleted, onSaved }: ViewMenuProps) => {
  const queries = useQueryClient()
  const finish = async (request: Promise<unknown>, then: () => void): Promise<void> => {
    try {
      await request
      await queries.invalidateQueries({ queryKey: ['views'] })
      then()
    } catch (error) {
      toastNotSaved(error)
    }
  }
  const path = { params: { path: { id } } }
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${name}`} className="size-7">
          <MoreHorizontal size={15} aria-hidden />
        </IconButton>
      }
    >
      {changed && (
        <MenuItem
          onSelect={() =>
            void finish(answerOf(api.PATCH('/api/v1/views/{id}', { ...path, body: contentOf(view) })), onSaved)
          }
        >
          Save changes
        </MenuItem>
      )}
      <MenuItem onSelect={() => void finish(answerOf(api.DELETE('/api/v1/views/{id}', path)), onDeleted)}>
        Delete view
      </MenuItem>
    </Menu>
  )
}
