import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { EllipsisVertical } from 'lucide-react'
import { useState } from 'react'
import { type SuppressionFields, SuppressionForm } from '../../alert/suppression-form.tsx'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toProblem } from '../../api/problem.ts'
import { useMay } from '../../api/session.ts'
import { IconButton } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Menu, MenuItem } from '../../parts/menu.tsx'
import { formatCount } from '../../parts/number.ts'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty } from '../../parts/states.tsx'
import { TableHead } from '../../parts/table-head.tsx'
import { Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { Screen } from '../../shell/screen.tsx'

type Suppression = Noun<'Suppression'>

/** The suppressions, with the number of alerts that each hid. */
export const Suppressions = () => {
  const suppressions = useQuery({
    queryKey: ['suppressions'],
    queryFn: () => answerOf(api.GET('/api/v1/suppressions')),
  })
  return (
    <Screen title="Suppressions">
      <QueryView query={suppressions} loading="Loading suppressions…">
        {({ data }) =>
          data.length === 0 ? (
            <div className="pt-4">
              <Empty title="No suppressions">
                <p>Mark an alert as normal to hide similar alerts. They are still stored and counted.</p>
              </Empty>
            </div>
          ) : (
            <SuppressionTable suppressions={data} />
          )
        }
      </QueryView>
    </Screen>
  )
}

const heads = ['Filter and reason', 'Hidden alerts', 'Last hit', 'Expires', 'Owner']

const SuppressionTable = ({ suppressions }: { readonly suppressions: readonly Suppression[] }) => (
  <div className="overflow-x-auto bg-surface">
    <table className="w-full">
      <TableHead labels={heads} />
      <tbody>
        {suppressions.map((one) => (
          <SuppressionRow key={one.id} suppression={one} />
        ))}
      </tbody>
    </table>
  </div>
)

const SuppressionRow = ({ suppression }: { readonly suppression: Suppression }) => {
  const { scope, reason, owner, hits, last_hit_at, expires_at, paused } = suppression
  const isExpired = expires_at !== null && Date.parse(expires_at) <= Date.now()
  return (
    <tr className="border-b border-line">
      <th scope="row" className="min-w-60 px-4 py-2 text-left font-normal md:pl-6">
        <span className="block font-mono text-log wrap-anywhere">{scope}</span>
        <span className="block text-small text-text-2">
          {paused ? 'Paused · ' : isExpired ? 'Expired · ' : ''}
          {reason}
        </span>
      </th>
      <td className="tabular px-4 font-mono">{formatCount(hits)}</td>
      <td className="px-4 whitespace-nowrap text-text-2">
        {last_hit_at === null ? 'Never' : <Time at={last_hit_at} show="ago" />}
      </td>
      <td className="px-4 whitespace-nowrap text-text-2">
        {expires_at === null ? 'Never' : <Time at={expires_at} show="clock" />}
      </td>
      <td className="px-4 text-text-2">{owner}</td>
      <td className="px-4 text-right">
        <SuppressionMenu suppression={suppression} />
      </td>
    </tr>
  )
}

const SuppressionMenu = ({ suppression }: { readonly suppression: Suppression }) => {
  const queries = useQueryClient()
  const canEdit = useMay('analyst')
  const [editing, setEditing] = useState(false)
  const { id, scope, reason, paused, even_if_worse = false } = suppression
  const path = { params: { path: { id } } }
  const refresh = () =>
    Promise.all(['suppressions', 'alerts', 'incidents'].map((noun) => queries.invalidateQueries({ queryKey: [noun] })))
  const failed = (error: unknown) => {
    const { message, hint } = toProblem(error)
    toast([message, hint].filter((part) => part !== undefined).join(' '), { error: true })
  }
  const change = useMutation({
    mutationFn: (changes: Partial<SuppressionFields> & { readonly paused?: boolean }) =>
      answerOf(api.PATCH('/api/v1/suppressions/{id}', { ...path, body: { ...changes, confirmed: true } })),
    onSuccess(changed) {
      setEditing(false)
      toast(changed.paused ? 'Suppression paused.' : 'Suppression saved.', { ms: 5_000 })
      return refresh()
    },
    onError: failed,
  })
  const remove = useMutation({
    mutationFn: () => answerOf(api.DELETE('/api/v1/suppressions/{id}', path)),
    onSuccess() {
      toast('Suppression removed. Its alerts reopen when they recur.', { ms: 5_000 })
      return refresh()
    },
    onError: failed,
  })
  if (!canEdit) return null
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`Actions for ${scope}`}>
            <EllipsisVertical size={16} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => change.mutate({ paused: !paused })}>{paused ? 'Resume' : 'Pause'}</MenuItem>
        <MenuItem onSelect={() => setEditing(true)}>Edit…</MenuItem>
        <MenuItem onSelect={() => remove.mutate()}>Remove</MenuItem>
      </Menu>
      {editing && (
        <Dialog
          open
          wide
          onClose={() => setEditing(false)}
          title="Edit suppression"
          description="Open alerts that match are hidden at once."
        >
          <SuppressionForm
            initial={{ scope, reason, even_if_worse }}
            submitLabel="Save"
            isPending={change.isPending}
            onSubmit={change.mutate}
            onClose={() => setEditing(false)}
          />
        </Dialog>
      )}
    </>
  )
}
