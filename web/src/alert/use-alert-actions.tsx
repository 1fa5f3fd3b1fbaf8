import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { useMay } from '../api/session.ts'
import { plural } from '../parts/number.ts'
import { toast, toastNotSaved } from '../parts/toast.tsx'
import { type KeyBinding, useKeys } from '../shell/keys.ts'
import { AssignDialog } from './assign-dialog.tsx'
import { type AlertChange, changeAlerts, countOf, refresh, type Selection } from './bulk-change.ts'
import { CloseDialog } from './close-dialog.tsx'
import { closeSuppressed } from './close-suppressed.ts'
import { MergeDialog } from './merge-dialog.tsx'
import { NoteDialog } from './note-dialog.tsx'
import { SnoozeDialog } from './snooze-dialog.tsx'
import { SuppressionDialog } from './suppression-dialog.tsx'
import { undoLast } from './undo.ts'

type DialogName = 'close' | 'snooze' | 'assign' | 'suppress' | 'merge' | 'note'

interface AlertActionsProps {
  /** Returns the alerts to act on. */
  readonly selection: () => Selection
  /** The alert for suppressions and notes. */
  readonly lead: Noun<'AlertHead'> | undefined
  /** Called before the request, so that rows can be removed immediately. */
  readonly onChange?: (selection: Selection, change: AlertChange) => void
}

export interface AlertAction {
  readonly name: string
  readonly keys: string
  readonly run: () => void
}

/** The actions on alerts, with their shortcuts and dialogs. */
export const useAlertActions = ({ selection, lead, onChange }: AlertActionsProps) => {
  const queries = useQueryClient()
  const canEdit = useMay('analyst')
  const [dialog, setDialog] = useState<OpenDialog>()
  const close = () => setDialog(undefined)

  const apply = (target: Selection, change: AlertChange): void => {
    close()
    onChange?.(target, change)
    void changeAlerts(queries, target, change)
  }
  const open = (name: DialogName) => () => {
    const target = selection()
    if (countOf(target) === 0) return
    if (name === 'merge' && !('ids' in target)) toast('Select alerts individually. At most 1,000 can be moved at once.')
    else setDialog({ name, selection: target, lead })
  }
  const run = (action: 'acknowledge' | 'reopen' | 'wake') => (): void => {
    const target = selection()
    if (countOf(target) > 0) apply(target, { action })
  }

  const actions: readonly AlertAction[] = canEdit
    ? [
        { name: 'Acknowledge', keys: 'a', run: run('acknowledge') },
        { name: 'Close…', keys: 'c', run: open('close') },
        { name: 'Mark as normal…', keys: 'f', run: open('suppress') },
        { name: 'Snooze…', keys: 's', run: open('snooze') },
        { name: 'Assign…', keys: 'Shift+a', run: open('assign') },
        { name: 'Move to incident…', keys: 'm', run: open('merge') },
        { name: 'Add note…', keys: 'n', run: open('note') },
        { name: 'Reopen', keys: 'Shift+r', run: run('reopen') },
        { name: 'End snooze', keys: 'Shift+s', run: run('wake') },
      ]
    : []
  useKeys('Alerts', [
    ...actions.map(({ name, keys, run: runAction }): KeyBinding => ({ keys, label: name, run: runAction })),
    ...(canEdit ? [{ keys: 'z', label: 'Undo last action', run: undoLast }] : []),
  ])

  return { actions, dialogs: dialog && <ActionDialog {...dialog} apply={apply} close={close} /> }
}

interface OpenDialog {
  readonly name: DialogName
  readonly selection: Selection
  readonly lead: Noun<'AlertHead'> | undefined
}

interface ActionDialogProps extends OpenDialog {
  readonly apply: (selection: Selection, change: AlertChange) => void
  readonly close: () => void
}

const ActionDialog = ({ name, selection, lead, apply, close }: ActionDialogProps): ReactNode => {
  const queries = useQueryClient()
  const subject = plural(countOf(selection), 'alert')
  const ids = 'ids' in selection ? selection.ids : []
  const finish = async (request: Promise<unknown>, message: string): Promise<void> => {
    await request.then(() => toast(message, { ms: 5_000 }), toastNotSaved)
    close()
    await refresh(queries)
  }

  switch (name) {
    case 'close':
      return (
        <CloseDialog
          subject={subject}
          onClose={close}
          onSelect={(resolution, note) =>
            apply(selection, { action: 'close', resolution, ...(note !== undefined && { note }) })
          }
        />
      )
    case 'snooze':
      return (
        <SnoozeDialog
          subject={subject}
          onClose={close}
          onSelect={(until) => apply(selection, { action: 'snooze', until })}
        />
      )
    case 'assign':
      return (
        <AssignDialog
          subject={subject}
          onClose={close}
          onAssign={(assignee) => apply(selection, { action: 'assign', assignee })}
        />
      )
    case 'suppress':
      return lead ? (
        <SuppressionDialog
          alert={lead}
          onClose={close}
          onCreated={(suppression) => {
            close()
            void closeSuppressed(queries, ids.length > 0 ? ids : [lead.id], suppression)
          }}
        />
      ) : null
    case 'merge':
      return (
        <MergeDialog
          title={`Move ${subject} to an incident`}
          description="Alerts keep their text and history. Incidents without alerts are closed."
          onClose={close}
          onSelect={(id) => {
            const params = { path: { id } }
            const body = { alert_ids: [...ids] }
            void finish(
              answerOf(api.POST('/api/v1/incidents/{id}/alerts', { params, body })),
              `Moved ${subject} to ${id}.`,
            )
          }}
        />
      )
    case 'note':
      return lead ? (
        <NoteDialog
          title={`Add note to ${lead.title}`}
          about={lead.id}
          onClose={close}
          onSave={(text) =>
            answerOf(api.POST('/api/v1/alerts/{id}/comments', { params: { path: { id: lead.id } }, body: { text } }))
          }
          onSaved={() => void finish(Promise.resolve(), 'Note added.')}
        />
      ) : null
  }
}
