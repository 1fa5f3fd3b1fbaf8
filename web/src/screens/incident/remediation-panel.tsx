import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { offerUndo } from '../../alert/undo.ts'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { classNames } from '../../parts/class-names.ts'
import { formatCount } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { usePrinting } from '../../parts/printing.ts'
import { toastNotSaved } from '../../parts/toast.tsx'
import { useKeys } from '../../shell/keys.ts'

type Action = Noun<'RemediationAction'>

const shownAtFirst = 5

/** A checklist of remediation actions. Completing one here executes nothing. */
export const RemediationPanel = ({ incident }: { readonly incident: Noun<'IncidentDetails'> }) => {
  const queries = useQueryClient()
  const canEdit = useMay('analyst')
  const [expanded, setAll] = useState(false)
  const printing = usePrinting()
  const all = expanded || printing
  const key = ['incidents', incident.id, 'actions']
  const actions = useQuery({
    queryKey: key,
    queryFn: () => answerOf(api.GET('/api/v1/actions', { params: { query: { incident: incident.id, limit: 200 } } })),
    select: ({ data }) => sortActions(data, incident.title),
  }).data
  const setStatus = async ({ id }: Action, status: Action['status']): Promise<void> => {
    await answerOf(api.PATCH('/api/v1/actions/{id}', { params: { path: { id } }, body: { status } }))
    await queries.invalidateQueries({ queryKey: ['incidents'] })
  }
  const toggle = useMutation({
    mutationFn: (action: Action) => setStatus(action, action.status === 'completed' ? 'pending' : 'completed'),
    onSuccess: (_, action) =>
      offerUndo({
        text: action.status === 'completed' ? 'Marked as not done.' : 'Marked as done.',
        undo: () => setStatus(action, action.status).then(() => 'Undone.'),
      }),
    onError: toastNotSaved,
  })
  const next = actions?.find(isPending)
  useKeys(
    'Incident',
    canEdit ? [{ keys: 'd', label: 'Complete next action', run: () => next && toggle.mutate(next) }] : [],
  )
  if (!actions || actions.length === 0) return null
  const done = actions.filter(({ status }) => status === 'completed').length
  return (
    <Panel title="Remediation" className="max-md:order-3" aside={`${done} of ${actions.length} done`}>
      <ol className="flex flex-col px-4 pb-2">
        {actions.slice(0, all ? undefined : shownAtFirst).map((action) => (
          <li key={action.id}>
            <label className={classNames('flex min-h-row items-start gap-2.5 py-1.5', canEdit && 'cursor-pointer')}>
              <input
                type="checkbox"
                checked={action.status === 'completed'}
                disabled={!canEdit || toggle.isPending}
                onChange={() => toggle.mutate(action)}
                className="mt-0.5 size-4 shrink-0 accent-(--accent)"
              />
              <span className="min-w-0">
                <span className={action.status === 'completed' ? 'text-text-2 line-through' : ''}>
                  {action.description}
                </span>
                {action.assignee !== null && <span className="text-small text-text-2"> {action.assignee}</span>}
              </span>
            </label>
          </li>
        ))}
      </ol>
      {!all && actions.length > shownAtFirst && (
        <Button variant="ghost" className="mb-3 ml-2 self-start" onClick={() => setAll(true)}>
          Show {formatCount(actions.length - shownAtFirst)} more
        </Button>
      )}
    </Panel>
  )
}

const isPending = ({ status }: Action): boolean => status === 'pending' || status === 'in_progress'

/** Sorts by priority, then by the number of words shared with the title of the incident. */
const sortActions = (actions: readonly Action[], title: string): readonly Action[] => {
  const sharedWords = ({ description }: Action): number =>
    description.split(/[\s,]+/).filter((word) => /[\w]{3}/.test(word) && title.includes(word.replace(/\.$/, ''))).length
  return actions.toSorted(
    (a, b) => a.priority - b.priority || sharedWords(b) - sharedWords(a) || a.description.localeCompare(b.description),
  )
}
