import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { toProblem } from '../api/problem.ts'
import { useMay } from '../api/session.ts'
import { plural } from '../parts/number.ts'
import { toast } from '../parts/toast.tsx'
import { type KeyBinding, useKeys } from '../shell/keys.ts'
import { AssignDialog } from './assign-dialog.tsx'
import { CloseDialog } from './close-dialog.tsx'
import { type AlertChange, countOf, decideAlerts, type Selection } from './decide.ts'
import { closeNormal } from './make-normal.ts'
import { MergeDialog } from './merge-dialog.tsx'
import { NormalDialog } from './normal-dialog.tsx'
import { NoteDialog } from './note-dialog.tsx'
import { SnoozeDialog } from './snooze-dialog.tsx'
import { undoLast } from './undo.ts'

type Asked = 'close' | 'snooze' | 'assign' | 'normal' | 'merge' | 'note'

interface AlertActionsProps {
  /** Which alerts are meant right now. */
  readonly selection: () => Selection
  /** The alert that "this is normal" and notes start from. */
  readonly lead: Noun<'AlertIndexEntry'> | undefined
  /** Called with what was meant, before it is asked for: rows can leave at once. */
  readonly onDecided?: (selection: Selection, change: AlertChange) => void
}

export interface AlertAction {
  readonly name: string
  readonly keys: string
  readonly run: () => void
}

/** What can be done to alerts, with keys and dialogs: the same wherever alerts are shown. */
export const useAlertActions = ({ selection, lead, onDecided }: AlertActionsProps) => {
  const queries = useQueryClient()
  const may = useMay('analyst')
  const [asked, setAsked] = useState<{ what: Asked; selection: Selection; lead: Noun<'AlertIndexEntry'> | undefined }>()
  const done = () => setAsked(undefined)

  const decide = (which: Selection, change: AlertChange): void => {
    done()
    onDecided?.(which, change)
    void decideAlerts(queries, which, change)
  }
  const ask = (what: Asked) => () => {
    const which = selection()
    if (countOf(which) === 0) return
    if (what === 'merge' && !('ids' in which))
      toast('Choose the alerts one by one: at most 1,000 can be moved at once.')
    else setAsked({ what, selection: which, lead })
  }
  const plain = (action: 'acknowledge' | 'reopen' | 'wake') => (): void => {
    const which = selection()
    if (countOf(which) > 0) decide(which, { action })
  }

  const actions: readonly AlertAction[] = may
    ? [
        { name: 'Acknowledge', keys: 'a', run: plain('acknowledge') },
        { name: 'Close…', keys: 'c', run: ask('close') },
        { name: 'This is normal…', keys: 'f', run: ask('normal') },
        { name: 'Snooze…', keys: 's', run: ask('snooze') },
        { name: 'Assign…', keys: 'Shift+a', run: ask('assign') },
        { name: 'Merge into…', keys: 'm', run: ask('merge') },
        { name: 'Note…', keys: 'n', run: ask('note') },
        { name: 'Reopen', keys: 'Shift+r', run: plain('reopen') },
        { name: 'End the snooze', keys: 'Shift+s', run: plain('wake') },
      ]
    : []
  useKeys('Alerts', [
    ...actions.map(({ name, keys, run }): KeyBinding => ({ keys, label: name, run })),
    ...(may ? [{ keys: 'z', label: 'Undo what was done last', run: undoLast }] : []),
  ])

  return { actions, dialogs: asked && <Asking asked={asked} decide={decide} done={done} /> }
}

interface AskingProps {
  readonly asked: {
    readonly what: Asked
    readonly selection: Selection
    readonly lead: Noun<'AlertIndexEntry'> | undefined
  }
  readonly decide: (selection: Selection, change: AlertChange) => void
  readonly done: () => void
}

const Asking = ({ asked: { what, selection, lead }, decide, done }: AskingProps): ReactNode => {
  const queries = useQueryClient()
  const many = plural(countOf(selection), 'alert')
  const fail = (error: unknown) => toast(toProblem(error).message, { error: true })
  const ids = 'ids' in selection ? selection.ids : []
  const refresh = () => {
    done()
    for (const key of ['queue', 'alerts', 'incidents']) void queries.invalidateQueries({ queryKey: [key] })
  }

  switch (what) {
    case 'close':
      return (
        <CloseDialog
          what={many}
          onClose={done}
          onChoose={(resolution, note) =>
            decide(selection, { action: 'close', resolution, ...(note !== undefined && { note }) })
          }
        />
      )
    case 'snooze':
      return (
        <SnoozeDialog what={many} onClose={done} onChoose={(until) => decide(selection, { action: 'snooze', until })} />
      )
    case 'assign':
      return (
        <AssignDialog
          what={many}
          onClose={done}
          onAssign={(assignee) => decide(selection, { action: 'assign', assignee })}
        />
      )
    case 'normal':
      return lead ? (
        <NormalDialog
          alert={lead}
          onClose={done}
          onMade={(suppression) => {
            done()
            void closeNormal(queries, ids.length > 0 ? ids : [lead.id], suppression)
          }}
        />
      ) : null
    case 'merge':
      return (
        <MergeDialog
          title={`Move ${many} into an incident`}
          description="Each keeps its own text and history. An incident that is left empty is closed."
          onClose={done}
          onChoose={(id) => {
            const moved = answerOf(
              api.POST('/api/v1/incidents/{id}/alerts', { params: { path: { id } }, body: { alert_ids: [...ids] } }),
            )
            moved.then(() => toast(`Moved ${many} into ${id}.`), fail).finally(refresh)
          }}
        />
      )
    case 'note':
      return lead ? (
        <NoteDialog
          title={`Note on ${lead.title}`}
          onClose={done}
          onSave={(text) => {
            const saved = answerOf(
              api.POST('/api/v1/alerts/{id}/comments', { params: { path: { id: lead.id } }, body: { text } }),
            )
            saved.then(() => toast('Noted.', { ms: 4_000 }), fail).finally(refresh)
          }}
        />
      ) : null
  }
}
