import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { toLabel } from '../../parts/label.ts'
import { formatCount } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { AccessDenied, Empty, ErrorNotice } from '../../parts/states.tsx'
import { Screen } from '../../shell/screen.tsx'

type Adoption = Noun<'Adoption'>

/** Takes over the data of an older system: first the preview, then the adoption. */
export const Adopt = () => {
  const isAdmin = useMay('admin')
  const queries = useQueryClient()
  const id = useId()
  const [source, setSource] = useState('')
  const adoption = useMutation({
    mutationFn: (order: { readonly source: string; readonly dry_run: boolean }) =>
      answerOf(api.POST('/api/v1/adoption', { body: order })),
    onSuccess: ({ dry_run }) => (dry_run ? undefined : queries.invalidateQueries()),
  })
  const shown = adoption.data
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    adoption.mutate({ source: source.trim(), dry_run: true })
  }
  if (!isAdmin) {
    return (
      <Screen title="Move from an older system">
        <AccessDenied requires="admin" />
      </Screen>
    )
  }
  return (
    <Screen title="Move from an older system">
      <div className="flex flex-col gap-4 p-4 md:p-6">
        <Panel title="Source">
          <form onSubmit={submit} className="flex flex-wrap items-end gap-3 px-4 pb-4">
            <label htmlFor={id} className="min-w-0 flex-1 basis-80">
              <span className="text-text-2">
                A folder, an .env file or a database file on the server, or a database URL. It is only read.
              </span>
              <input
                id={id}
                value={source}
                onChange={({ target }) => {
                  setSource(target.value)
                  adoption.reset()
                }}
                maxLength={4_000}
                autoComplete="off"
                spellCheck={false}
                placeholder="/opt/security-triage"
                className="mt-1 block h-8 w-full rounded-control border border-line-strong bg-surface px-2 font-mono text-log"
              />
            </label>
            <Button type="submit" className="h-8" disabled={source.trim() === '' || adoption.isPending}>
              Show what would be taken
            </Button>
          </form>
        </Panel>
        {adoption.error && <ErrorNotice error={adoption.error} />}
        {adoption.isPending && (
          <p role="status" className="text-text-2">
            Reading {source.trim()}…
          </p>
        )}
        {shown && (
          <Result
            adoption={shown}
            source={source.trim()}
            onTake={() => adoption.mutate({ source: source.trim(), dry_run: false })}
          />
        )}
      </div>
    </Screen>
  )
}

interface ResultProps {
  readonly adoption: Adoption
  readonly source: string
  readonly onTake: () => void
}

const Result = ({ adoption, source, onTake }: ResultProps) => {
  const { dry_run, systems, taken, settings, left_out } = adoption
  const planned = systems.flatMap(({ parts }) => parts)
  return (
    <>
      <Panel title={dry_run ? 'This would be taken' : 'Taken'}>
        {systems.map(({ name, title, evidence }) => (
          <p key={name} className="px-4 pb-2 text-text-2">
            Recognized {title}: {evidence.join(', ')}
          </p>
        ))}
        {planned.length === 0 && <Empty title="No data" />}
        <ul className="tabular divide-y divide-line border-t border-line">
          {dry_run
            ? planned.map(({ noun, from, count }) => (
                <li key={`${noun} ${from}`} className="px-4 py-2">
                  {toLabel(noun)}: {formatCount(count)}, from {from}
                </li>
              ))
            : taken.map(({ noun, from, added, present }) => (
                <li key={`${noun} ${from}`} className="px-4 py-2">
                  {toLabel(noun)}: {formatCount(added)}, from {from}
                  {present > 0 && <span className="text-text-2">; {formatCount(present)} had been taken before</span>}
                </li>
              ))}
        </ul>
        {dry_run && planned.length > 0 && (
          <div className="border-t border-line p-4">
            <Button variant="primary" onClick={onTake}>
              Take over
            </Button>
          </div>
        )}
      </Panel>
      {settings.length > 0 && (
        <Panel title="Settings">
          <p className="px-4 pb-3">
            To write {settings.join(', ')} to vedette.yaml, stop the server and run{' '}
            <code className="font-mono wrap-anywhere">./vedette adopt {source}</code>.
          </p>
        </Panel>
      )}
      {left_out.length > 0 && (
        <Panel title="Not taken">
          <ul className="divide-y divide-line border-t border-line">
            {left_out.map(({ what, count, why }) => (
              <li key={`${what} ${why}`} className="px-4 py-2">
                {count > 1 && `${formatCount(count)} `}
                {what}: <span className="text-text-2">{why}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  )
}
