import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { AssignDialog } from '../../alert/assign-dialog.tsx'
import { changeIncidents, type IncidentChange, refresh } from '../../alert/bulk-change.ts'
import { CloseDialog } from '../../alert/close-dialog.tsx'
import { closeSuppressed } from '../../alert/close-suppressed.ts'
import { resolutionLabel } from '../../alert/labels.ts'
import { MergeDialog } from '../../alert/merge-dialog.tsx'
import { NoteDialog } from '../../alert/note-dialog.tsx'
import { SuppressionDialog } from '../../alert/suppression-dialog.tsx'
import { undoLast } from '../../alert/undo.ts'
import type { AlertAction } from '../../alert/use-alert-actions.tsx'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toProblem } from '../../api/problem.ts'
import { useMay } from '../../api/session.ts'
import { toast, toastNotSaved } from '../../parts/toast.tsx'
import { useKeys } from '../../shell/keys.ts'

export const isOpenIncident = ({ status }: Pick<Noun<'Incident'>, 'status'>): boolean =>
  status !== 'resolved' && status !== 'closed'

interface IncidentActionsProps {
  readonly incident: Noun<'IncidentDetails'>
  /** The alert for suppressions. */
  readonly lead: Noun<'AlertHead'> | undefined
  readonly onMerged: (displayId: string) => void
}

/** The actions on an incident, with their shortcuts and dialogs. */
export const useIncidentActions = ({ incident, lead, onMerged }: IncidentActionsProps) => {
  const queries = useQueryClient()
  const canEdit = useMay('analyst') && incident.merged_into === null
  const [dialog, setDialog] = useState<'close' | 'assign' | 'suppress' | 'merge' | 'note'>()
  const [suggested, setSuggested] = useState<string>()
  const { id, display_id, alerts } = incident
  const close = () => setDialog(undefined)
  const running = useRef(false)
  const [busy, setBusy] = useState(false)
  const setRunning = (next: boolean): void => {
    running.current = next
    setBusy(next)
  }
  /** Sends one change at a time, so that a second click on a slow connection does not repeat the first. */
  const apply = (change: IncidentChange): void => {
    close()
    if (running.current) return
    setRunning(true)
    void changeIncidents(queries, [id], change).finally(() => setRunning(false))
  }
  const finish = async (request: Promise<unknown>, message: string): Promise<void> => {
    close()
    try {
      await request
      toast(message, { ms: 5_000 })
    } catch (error) {
      toastNotSaved(error)
    }
    await refresh(queries)
  }
  const path = { params: { path: { id } } }
  const closeAsNormal = async (change: IncidentChange): Promise<void> => {
    close()
    await changeIncidents(queries, [id], change)
    try {
      setSuggested((await answerOf(api.GET('/api/v1/incidents/{id}/suppression', path))).scope)
    } catch (error) {
      toast(toProblem(error).message, { error: true })
    }
  }

  const acknowledge: AlertAction = { name: 'Acknowledge', keys: 'a', run: () => apply({ action: 'acknowledge' }) }
  const note: AlertAction = { name: 'Add note…', keys: 'n', run: () => setDialog('note') }
  const open: readonly AlertAction[] = [
    ...(incident.status === 'open' ? [acknowledge] : []),
    { name: 'Close…', keys: 'c', run: () => setDialog('close') },
    { name: 'Assign…', keys: 'Shift+a', run: () => setDialog('assign') },
    { name: 'Mark as normal…', keys: 'f', run: () => setDialog('suppress') },
    { name: 'Merge into…', keys: 'm', run: () => setDialog('merge') },
    note,
  ]
  const closed: readonly AlertAction[] = [
    { name: 'Reopen', keys: 'Shift+r', run: () => apply({ action: 'reopen' }) },
    note,
  ]
  const actions = canEdit ? (isOpenIncident(incident) ? open : closed) : []
  useKeys('Incident', [
    ...actions.map(({ name, keys, run }) => ({ keys, label: name, run })),
    ...(canEdit ? [{ keys: 'z', label: 'Undo last action', run: undoLast }] : []),
  ])

  const dialogs = (
    <>
      {dialog === 'close' && (
        <CloseDialog
          subject={`${display_id} and its alerts`}
          onClose={close}
          offersSuppression={lead !== undefined}
          onSelect={(resolution, text, isNormal) => {
            // Another user closed it while the dialog was open: their decision stays.
            if (!isOpenIncident(incident)) {
              close()
              const known =
                incident.resolution === null ? '' : ` as ${resolutionLabel(incident.resolution).toLowerCase()}`
              toast(`Not saved: ${display_id} was closed${known} meanwhile. Reopen it to change that.`, { error: true })
              return
            }
            const change = { action: 'close' as const, resolution, ...(text !== undefined && { note: text }) }
            if (isNormal) void closeAsNormal(change)
            else apply(change)
          }}
        />
      )}
      {dialog === 'assign' && (
        <AssignDialog
          subject={display_id}
          onClose={close}
          onAssign={(assignee) => apply({ action: 'assign', assignee })}
        />
      )}
      {dialog === 'suppress' && lead && (
        <SuppressionDialog
          alert={lead}
          onClose={close}
          onCreated={(suppression) => {
            close()
            // Close the incident only if this was its only alert.
            void closeSuppressed(queries, [lead.id], suppression).then(() => {
              if (alerts.length === 1)
                return changeIncidents(queries, [id], { action: 'close', resolution: 'false_positive' })
              return undefined
            })
          }}
        />
      )}
      {suggested !== undefined && lead && (
        <SuppressionDialog
          alert={lead}
          initialScope={suggested}
          onClose={() => setSuggested(undefined)}
          onCreated={() => {
            setSuggested(undefined)
            toast('Marked as normal.', { ms: 5_000 })
          }}
        />
      )}
      {dialog === 'merge' && (
        <MergeDialog
          title={`Merge ${display_id} into`}
          description="Alerts keep their text and history."
          except={id}
          onClose={close}
          onSelect={(into) => {
            const merged = answerOf(api.POST('/api/v1/incidents/{id}/merge', { ...path, body: { into } }))
            void finish(
              merged.then(() => onMerged(into)),
              `Merged ${display_id} into ${into}.`,
            )
          }}
        />
      )}
      {dialog === 'note' && (
        <NoteDialog
          title={`Add note to ${display_id}`}
          about={id}
          onClose={close}
          onSave={(text) => answerOf(api.POST('/api/v1/incidents/{id}/comments', { ...path, body: { text } }))}
          onSaved={() => void finish(Promise.resolve(), 'Note added.')}
        />
      )}
    </>
  )
  return { actions, dialogs, apply, canEdit, busy }
}
