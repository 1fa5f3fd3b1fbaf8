import { useMutation } from '@tanstack/react-query'
import { Search, X } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef } from 'react'
import { answerOf, api } from '../../api/client.ts'
import { ApiProblem } from '../../api/problem.ts'
import { IconButton } from '../../parts/button.tsx'
import { useKeys } from '../../shell/keys.ts'
import { FilterFault } from './filter-fault.tsx'
import { wordAt } from './word-at.ts'

interface FilterFieldProps {
  readonly q: string
  readonly onFilter: (q: string) => void
}

/**
 * The filter as text. Enter applies it, Escape leaves it as it was. A filter that the server refuses is not applied, so that the rows and
 * facets stay, and the field keeps the focus: the letters that follow correct the filter instead of acting as keys of the queue.
 */
export const FilterField = ({ q, onFilter }: FilterFieldProps) => {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const check = useMutation({
    mutationFn: (asked: string) =>
      answerOf(api.GET('/api/v1/alerts/heads', { params: { query: { q: asked, limit: 1 } } })),
    onSettled(_answer, error, asked) {
      if (isFault(error)) return selectFault(field.current, error)
      // Any other failure is shown where the rows would be.
      onFilter(asked)
      field.current?.blur()
    },
  })
  const { reset } = check
  const fault = isFault(check.error) ? check.error : undefined
  useEffect(() => {
    if (field.current) field.current.value = q
    reset()
  }, [q, reset])
  useKeys('Queue', [
    {
      keys: '/',
      label: 'Write a filter',
      run: () => {
        field.current?.focus()
        field.current?.select()
      },
    },
  ])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    check.mutate(field.current?.value.trim() ?? '')
  }
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !field.current) return
    event.stopPropagation()
    field.current.value = q
    reset()
    field.current.blur()
  }
  return (
    <search className="min-w-0 flex-1">
      <form onSubmit={submit} className="relative flex items-center">
        <Search size={14} aria-hidden className="pointer-events-none absolute left-2.5 text-text-2" />
        <input
          ref={field}
          defaultValue={q}
          onKeyDown={leave}
          onInput={() => fault && reset()}
          aria-label="Filter alerts"
          aria-invalid={fault !== undefined}
          aria-describedby={fault && `${id}-fault`}
          placeholder="severity:>=high host:web* failed   (/)"
          autoComplete="off"
          spellCheck={false}
          maxLength={4_000}
          className="h-8 w-full min-w-0 rounded-control border border-line bg-bg pr-8 pl-8 font-mono text-log placeholder:font-sans placeholder:text-text-2 aria-invalid:border-critical"
        />
        {q !== '' && (
          <IconButton label="Clear the filter" className="absolute right-1 size-6" onClick={() => onFilter('')}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
        {fault && <FilterFault id={`${id}-fault`} filter={check.variables ?? ''} problem={fault} />}
      </form>
    </search>
  )
}

const isFault = (error: unknown): error is ApiProblem => error instanceof ApiProblem && error.code === 'filter_syntax'

/** Selects the word that is wrong, so that typing replaces it. */
const selectFault = (input: HTMLInputElement | null, { errors }: ApiProblem): void => {
  const position = errors[0]?.position
  if (!input || position === undefined) return
  input.value = input.value.trim()
  input.setSelectionRange(...wordAt(input.value, position))
}
