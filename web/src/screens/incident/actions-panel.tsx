import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { remember } from '../../alert/undo.ts'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toProblem } from '../../api/problem.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { classNames } from '../../parts/class-names.ts'
import { plural } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { toast } from '../../parts/toast.tsx'
import { useKeys } from '../../shell/keys.ts'

type Action = Noun<'RemediationAction'>

const shownAtFirst = 5

/** What is proposed to be done about an incident; a tick says that it was done. The server carries nothing out by that. */
export const ActionsPanel = ({ incident }: { readonly incident: Noun<'IncidentDetails'> }) => {
  const queries = useQueryClient()
  const may = useMay('analyst')
  const [all, setAll] = useState(false)
  const key = ['incidents', incident.id, 'actions']
  const actions = useQuery({
    queryKey: key,
    queryFn: () => answerOf(api.GET('/api/v1/actions', { params: { query: { incident: incident.id, limit: 200 } } })),
    select: ({ data }) => inOrder(data, incident.title),
  }).data
  const set = async ({ id }: Action, status: Action['status']): Promise<void> => {
    await answerOf(api.PATCH('/api/v1/actions/{id}', { params: { path: { id } }, body: { status } }))
    await queries.invalidateQueries({ queryKey: ['incidents'] })
  }
  const tick = useMutation({
    mutationFn: (action: Action) => set(action, action.status === 'completed' ? 'pending' : 'completed'),
    onSuccess: (_, action) =>
      remember({
        text: action.status === 'completed' ? 'Not done yet.' : 'Done, and written down.',
        undo: () => set(action, action.status).then(() => 'Taken back.'),
      }),
    onError: (error) => toast(toProblem(error).message, { error: true }),
  })
  const next = actions?.find(isWaiting)
  useKeys(
    'Incident',
    may ? [{ keys: 'd', label: 'Tick what is to be done next', run: () => next && tick.mutate(next) }] : [],
  )
  if (!actions || actions.length === 0) return null
  const done = actions.filter(({ status }) => status === 'completed').length
  return (
    <Panel title="To do" className="max-md:order-3" aside={`${done} of ${actions.length} done`}>
      <ol className="flex flex-col px-4 pb-2">
        {actions.slice(0, all ? undefined : shownAtFirst).map((action) => (
          <li key={action.id}>
            <label className={classNames('flex min-h-row items-start gap-2.5 py-1.5', may && 'cursor-pointer')}>
              <input
                type="checkbox"
                checked={action.status === 'completed'}
                disabled={!may || tick.isPending}
                onChange={() => tick.mutate(action)}
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
          {plural(actions.length - shownAtFirst, 'more step')}
        </Button>
      )}
    </Panel>
  )
}

const isWaiting = ({ status }: Action): boolean => status === 'pending' || status === 'in_progress'

/** The urgent ones first; among those, the ones about what the title of the incident names. */
const inOrder = (actions: readonly Action[], title: string): readonly Action[] => {
  const named = ({ description }: Action): number =>
    description.split(/[\s,]+/).filter((word) => /[\w]{3}/.test(word) && title.includes(word.replace(/\.$/, ''))).length
  return actions.toSorted(
    (a, b) => a.priority - b.priority || named(b) - named(a) || a.description.localeCompare(b.description),
  )
}
