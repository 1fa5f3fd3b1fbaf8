import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState } from 'react'
import { analyze, keep } from '../../api/records.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { formatMany } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { Failure, Loading } from '../../parts/states.tsx'
import { setDroppedFile } from '../../shell/dropped-file.ts'
import { FieldMapping } from './field-mapping.tsx'
import { applyMapping, type LogText, type Mapping, readLogFile, sourceNameOf, typeOf } from './log-text.ts'
import { Malformed } from './malformed.tsx'
import { Preview } from './preview.tsx'
import { TrialResult } from './trial-result.tsx'

/** A file that is tried: how it is understood, what is unusual in it, and then kept or thrown away. */
export const FileTrial = ({ file }: { readonly file: File }) => {
  const text = useQuery({
    queryKey: ['file', file.name, file.lastModified, file.size],
    queryFn: () => readLogFile(file),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  if (text.error) {
    return (
      <Panel title={file.name}>
        <Failure error={text.error} />
        <p className="px-4 pb-4">
          <Button onClick={() => setDroppedFile(undefined)}>Try another file</Button>
        </p>
      </Panel>
    )
  }
  if (!text.data) return <Loading what={`Reading ${file.name}…`} />
  return <Trial name={file.name} text={text.data} />
}

const Trial = ({ name, text }: { readonly name: string; readonly text: LogText }) => {
  const mayKeep = useMay('admin')
  const [mapping, setMapping] = useState<Mapping>({})
  const source = sourceNameOf(name)
  const stop = useRef<AbortController>(undefined)
  const trial = useMutation({
    mutationFn: () => {
      stop.current = new AbortController()
      return analyze({ text: applyMapping(text, mapping), type: typeOf(text) }, source, stop.current.signal)
    },
  })
  useEffect(() => () => stop.current?.abort(), [])

  return (
    <>
      <Panel
        title={name}
        aside={`${formatMany(text.lines.length, 'line')}, ${text.shape === 'lines' ? 'plain text' : text.shape}`}
      >
        {!trial.data && mayKeep && <Preview text={text} mapping={mapping} />}
        {!trial.data && text.fields.length > 0 && (
          <FieldMapping fields={text.fields} mapping={mapping} onChange={setMapping} />
        )}
        <Malformed text={text} />
        <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3">
          {!trial.data && (
            <Button look="primary" disabled={trial.isPending} onClick={() => trial.mutate()}>
              Analyse
            </Button>
          )}
          <Button onClick={() => setDroppedFile(undefined)}>Throw away</Button>
          {trial.data && mayKeep && <Keep text={text} mapping={mapping} source={source} />}
          {trial.data && !mayKeep && <p className="text-text-2">To keep it, an admin has to send it.</p>}
          {!trial.data && <p className="text-text-2">Nothing is stored by analysing.</p>}
        </div>
        {trial.isPending && (
          <Loading what={`Looking for what is unusual in ${formatMany(text.lines.length, 'line')}…`} />
        )}
        {trial.error && <Failure error={trial.error} onRetry={() => trial.mutate()} />}
      </Panel>
      {trial.data && <TrialResult analysis={trial.data} />}
    </>
  )
}

interface KeepProps {
  readonly text: LogText
  readonly mapping: Mapping
  readonly source: string
}

const Keep = ({ text, mapping, source }: KeepProps) => {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const id = useId()
  const [name, setName] = useState(source)
  const keeping = useMutation({
    mutationFn: () => keep({ text: applyMapping(text, mapping), type: typeOf(text) }, name),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['overview'] })
      setDroppedFile(undefined)
      await navigate({ to: '/' })
    },
  })
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        keeping.mutate()
      }}
    >
      <Button type="submit" look="primary" disabled={keeping.isPending}>
        Keep as source
      </Button>
      <label htmlFor={id} className="sr-only">
        Name of the source
      </label>
      <input
        id={id}
        value={name}
        required
        maxLength={64}
        pattern="[A-Za-z0-9][\w.\-]*"
        title="Letters, digits, dots, dashes and underscores"
        onChange={({ target }) => setName(target.value)}
        className="h-7 w-44 rounded-control border border-line-strong bg-surface px-2 font-mono text-log"
      />
      {keeping.error && <Failure error={keeping.error} />}
    </form>
  )
}
