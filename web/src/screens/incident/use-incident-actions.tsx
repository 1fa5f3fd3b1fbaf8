import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { AssignDialog } from '../../alert/assign-dialog.tsx'
import { CloseDialog } from '../../alert/close-dialog.tsx'
import { decideIncidents, type IncidentChange } from '../../alert/decide.ts'
import { closeNormal } from '../../alert/make-normal.ts'
import { MergeDialog } from '../../alert/merge-dialog.tsx'
import { NormalDialog } from '../../alert/normal-dialog.tsx'
import { NoteDialog } from '../../alert/note-dialog.tsx'
import { undoLast } from '../../alert/undo.ts'
import type { AlertAction } from '../../alert/use-alert-actions.tsx'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toProblem } from '../../api/problem.ts'
import { useMay } from '../../api/session.ts'
import { toast } from '../../parts/toast.tsx'
import { useKeys } from '../../shell/keys.ts'

export const isOpenIncident = ({ status }: Pick<Noun<'Incident'>, 'status'>): boolean =>
  status !== 'resolved' && status !== 'closed'

interface IncidentActionsProps {
  readonly incident: Noun<'IncidentDetails'>
  /** The alert that "this is normal" starts from. */
  readonly lead: Noun<'AlertIndexEntry'> | undefined
  readonly onMerged: (displayId: string) => void
}

/** What can be done to an incident, with keys and dialogs. */
export const useIncidentActions = ({ incident, lead, onMerged }: IncidentActionsProps) => {
  const queries = useQueryClient()
  const may = useMay('analyst') && incident.merged_into === null
  const [asked, setAsked] = useState<'close' | 'assign' | 'normal' | 'merge' | 'note'>()
  const { id, display_id, alerts } = incident
  const done = () => setAsked(undefined)
  const decide = (change: IncidentChange): void => {
    done()
    void decideIncidents(queries, [id], change)
  }
  const after = async (work: Promise<unknown>, said: string): Promise<void> => {
    done()
    try {
      await work
      toast(said, { ms: 5_000 })
    } catch (error) {
      toast(toProblem(error).message, { error: true })
    }
    for (const key of ['queue', 'alerts', 'incidents']) void queries.invalidateQueries({ queryKey: [key] })
  }
  const path = { params: { path: { id } } }

  const acknowledge: AlertAction = { name: 'Acknowledge', keys: 'a', run: () => decide({ action: 'acknowledge' }) }
  const others: readonly AlertAction[] = [
    { name: 'Assign…', keys: 'Shift+a', run: () => setAsked('assign') },
    { name: 'This is normal…', keys: 'f', run: () => setAsked('normal') },
    { name: 'Merge into…', keys: 'm', run: () => setAsked('merge') },
    { name: 'Note…', keys: 'n', run: () => setAsked('note') },
  ]
  const open: readonly AlertAction[] = [
    ...(incident.status === 'open' ? [acknowledge] : []),
    { name: 'Close…', keys: 'c', run: () => setAsked('close') },
    ...others,
  ]
  const closed: readonly AlertAction[] = [
    { name: 'Reopen', keys: 'Shift+r', run: () => decide({ action: 'reopen' }) },
    { name: 'Note…', keys: 'n', run: () => setAsked('note') },
  ]
  const actions = may ? (isOpenIncident(incident) ? open : closed) : []
  useKeys('Incident', [
    ...actions.map(({ name, keys, run }) => ({ keys, label: name, run })),
    ...(may ? [{ keys: 'z', label: 'Undo what was done last', run: undoLast }] : []),
  ])

  const dialogs = (
    <>
      {asked === 'close' && (
        <CloseDialog
          what={`${display_id} and its alerts`}
          onClose={done}
          onChoose={(resolution, note) => decide({ action: 'close', resolution, ...(note !== undefined && { note }) })}
        />
      )}
      {asked === 'assign' && (
        <AssignDialog
          what={display_id}
          onClose={done}
          onAssign={(assignee) => decide({ action: 'assign', assignee })}
        />
      )}
      {asked === 'normal' && lead && (
        <NormalDialog
          alert={lead}
          onClose={done}
          onMade={(suppression) => {
            done()
            // With one alert, what it is about is over; with more, the others may be something else.
            void closeNormal(queries, [lead.id], suppression).then(() => {
              if (alerts.length === 1)
                return decideIncidents(queries, [id], { action: 'close', resolution: 'false_positive' })
              return undefined
            })
          }}
        />
      )}
      {asked === 'merge' && (
        <MergeDialog
          title={`Merge ${display_id} into`}
          description="Its alerts go there; each keeps its own text and history."
          except={id}
          onClose={done}
          onChoose={(into) => {
            const merged = answerOf(api.POST('/api/v1/incidents/{id}/merge', { ...path, body: { into } }))
            void after(
              merged.then(() => onMerged(into)),
              `Merged ${display_id} into ${into}.`,
            )
          }}
        />
      )}
      {asked === 'note' && (
        <NoteDialog
          title={`Note on ${display_id}`}
          onClose={done}
          onSave={(text) =>
            void after(answerOf(api.POST('/api/v1/incidents/{id}/comments', { ...path, body: { text } })), 'Noted.')
          }
        />
      )}
    </>
  )
  return { actions, dialogs, decide, may }
}
