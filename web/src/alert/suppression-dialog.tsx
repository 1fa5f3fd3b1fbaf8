import { useMutation } from '@tanstack/react-query'
import { answerOf, api, type Noun } from '../api/client.ts'
import { Dialog } from '../parts/dialog.tsx'
import { type SuppressionFields, SuppressionForm } from './suppression-form.tsx'
import { conditionsOf, scopeOf } from './suppression-scope.ts'

interface SuppressionDialogProps {
  readonly alert: Noun<'AlertHead'>
  /** The filter to begin with, in place of the suggested conditions. */
  readonly initialScope?: string
  readonly onClose: () => void
  readonly onCreated: (suppression: Noun<'Suppression'>) => void
}

/** Creates a suppression from an alert. */
export const SuppressionDialog = ({ alert, initialScope, onClose, onCreated }: SuppressionDialogProps) => {
  const conditions = conditionsOf(alert)
  const scope = initialScope ?? scopeOf(conditions.filter(({ suggested }) => suggested))
  const create = useMutation({
    mutationFn: (fields: SuppressionFields) =>
      answerOf(api.POST('/api/v1/suppressions', { body: { ...fields, confirmed: true } })),
    onSuccess: onCreated,
  })
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Mark as normal"
      description="Matching alerts are hidden, but still stored and counted. Expires automatically and can be undone."
    >
      <SuppressionForm
        initial={{ scope, reason: '', even_if_worse: false, days: 90 }}
        conditions={conditions}
        submitLabel="Mark as normal"
        isPending={create.isPending}
        error={create.error}
        onSubmit={create.mutate}
        onClose={onClose}
      />
    </Dialog>
  )
}
