import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { plural } from '../../parts/number.ts'
import { ErrorNotice } from '../../parts/states.tsx'

interface SampleBarProps {
  readonly sample: Noun<'SampleStatus'>
  readonly className: string
}

/** Shows that the data is a sample and how far its analysis is, and removes it. */
export const SampleBar = ({ sample, className }: SampleBarProps) => {
  const queries = useQueryClient()
  const canRemove = useMay('admin')
  const removal = useMutation({
    mutationFn: () => answerOf(api.DELETE('/api/v1/samples')),
    onSuccess: () => queries.invalidateQueries(),
  })
  const { state, title, records, analysed, sources } = sample
  const share = records === 0 ? 0 : Math.min(1, analysed / records)
  return (
    <section aria-label="Sample data" className={className}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-panel border border-line bg-sel px-4 py-2.5">
        <p className="flex min-w-0 flex-1 basis-80 items-center gap-2.5">
          <FlaskConical size={16} aria-hidden className="shrink-0 text-accent" />
          <span>
            <strong className="font-[550]">Sample data.</strong> “{title}”: {plural(records, 'real log line')} from{' '}
            {plural(sources.length, 'log')}. Removed automatically when your first logs arrive.
          </span>
        </p>
        {canRemove && (
          <Button disabled={removal.isPending} onClick={() => removal.mutate()}>
            {removal.isPending ? 'Removing…' : 'Remove sample data'}
          </Button>
        )}
        {state === 'loading' && (
          <div className="flex basis-full items-center gap-3 text-small text-text-2">
            <progress
              value={share}
              aria-label="Analysing sample data"
              className="h-1.5 flex-1 appearance-none overflow-hidden rounded-cell bg-line [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent [&::-moz-progress-bar]:bg-accent"
            />
            <span role="status" className="tabular">
              Analysing {Math.floor(share * 100)} %
            </span>
          </div>
        )}
      </div>
      {removal.error && <ErrorNotice error={removal.error} onRetry={() => removal.mutate()} />}
    </section>
  )
}
