import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState } from 'react'
import { analyzeRecords, ingestRecords } from '../../api/records.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { plural } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { ErrorNotice, Loading } from '../../parts/states.tsx'
import { setDroppedFile } from '../../shell/dropped-file.ts'
import { AnalysisResult } from './analysis-result.tsx'
import { FieldMapping } from './field-mapping.tsx'
import { applyMapping, type LogText, type Mapping, readLogFile, sourceNameOf, typeOf } from './log-text.ts'
import { MalformedLines } from './malformed-lines.tsx'
import { Preview } from './preview.tsx'

/** Previews and analyses a file, then imports or discards it. */
export const FileAnalysis = ({ file }: { readonly file: File }) => {
  const query = useQuery({
    queryKey: ['file', file.name, file.lastModified, file.size],
    queryFn: () => readLogFile(file),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  if (query.error) {
    return (
      <Panel title={file.name}>
        <ErrorNotice error={query.error} />
        <p className="px-4 pb-4">
          <Button onClick={() => setDroppedFile(undefined)}>Select another file</Button>
        </p>
      </Panel>
    )
  }
  if (!query.data) return <Loading label={`Loading ${file.name}…`} />
  return <Analysis name={file.name} text={query.data} />
}

const Analysis = ({ name, text }: { readonly name: string; readonly text: LogText }) => {
  const canImport = useMay('admin')
  const [mapping, setMapping] = useState<Mapping>({})
  const source = sourceNameOf(name)
  const controller = useRef<AbortController>(undefined)
  const analysis = useMutation({
    mutationFn: () => {
      controller.current = new AbortController()
      const records = { content: applyMapping(text, mapping), type: typeOf(text) }
      return analyzeRecords(records, source, controller.current.signal)
    },
  })
  useEffect(() => () => controller.current?.abort(), [])

  return (
    <>
      <Panel
        title={name}
        aside={text.binary ? 'binary log' : `${linesOf(text)}, ${text.shape === 'lines' ? 'plain text' : text.shape}`}
      >
        {!analysis.data && canImport && !text.binary && <Preview text={text} mapping={mapping} />}
        {!analysis.data && text.fields.length > 0 && (
          <FieldMapping fields={text.fields} mapping={mapping} onChange={setMapping} />
        )}
        <MalformedLines text={text} />
        <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3">
          {!analysis.data && (
            <Button variant="primary" disabled={analysis.isPending} onClick={() => analysis.mutate()}>
              Analyse
            </Button>
          )}
          <Button onClick={() => setDroppedFile(undefined)}>Discard</Button>
          {analysis.data && canImport && <ImportForm text={text} mapping={mapping} source={source} />}
          {analysis.data && !canImport && <p className="text-text-2">Only an admin can import the file.</p>}
          {!analysis.data && <p className="text-text-2">The analysis stores nothing.</p>}
        </div>
        {analysis.isPending && <Loading label={`Analysing ${text.binary ? name : linesOf(text)}…`} />}
        {analysis.error && <ErrorNotice error={analysis.error} onRetry={() => analysis.mutate()} />}
      </Panel>
      {analysis.data && <AnalysisResult analysis={analysis.data} />}
    </>
  )
}

const linesOf = ({ lines }: LogText): string => plural(lines.length, 'line')

interface ImportFormProps {
  readonly text: LogText
  readonly mapping: Mapping
  readonly source: string
}

const ImportForm = ({ text, mapping, source }: ImportFormProps) => {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const id = useId()
  const [name, setName] = useState(source)
  const importing = useMutation({
    mutationFn: () => ingestRecords({ content: applyMapping(text, mapping), type: typeOf(text) }, name),
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
        importing.mutate()
      }}
    >
      <Button type="submit" variant="primary" disabled={importing.isPending}>
        Import as source
      </Button>
      <label htmlFor={id} className="sr-only">
        Source name
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
      {importing.error && <ErrorNotice error={importing.error} />}
    </form>
  )
}
