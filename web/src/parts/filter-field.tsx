import { useMutation } from '@tanstack/react-query'
import { Search, X } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef } from 'react'
import { ApiProblem } from '../api/problem.ts'
import { useKeys } from '../shell/keys.ts'
import { IconButton } from './button.tsx'

interface FilterFieldProps {
  /** The screen, for the list of shortcuts. */
  readonly screen: string
  readonly label: string
  readonly placeholder: string
  readonly q: string
  /** Asks the server for a single match, and throws its problem if the filter is invalid. */
  readonly check: (q: string) => Promise<unknown>
  readonly onFilter: (q: string) => void
}

/**
 * The filter as text. Enter applies it, Escape discards the changes. An invalid filter is not applied: the rows and facets stay, and the
 * field keeps the focus, so that typing corrects the filter instead of triggering shortcuts.
 */
export const FilterField = ({ screen, label, placeholder, q, check: checkFilter, onFilter }: FilterFieldProps) => {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const check = useMutation({
    mutationFn: checkFilter,
    onSettled(_data, error, text) {
      if (isSyntaxError(error)) return selectError(field.current, error)
      // Other errors are shown in place of the rows.
      onFilter(text)
      field.current?.blur()
    },
  })
  const { reset } = check
  const syntaxError = isSyntaxError(check.error) ? check.error : undefined
  useEffect(() => {
    if (field.current) field.current.value = q
    reset()
  }, [q, reset])
  useKeys(screen, [
    {
      keys: '/',
      label,
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
  const onKeyDown = (event: KeyboardEvent): void => {
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
          onKeyDown={onKeyDown}
          onInput={() => syntaxError && reset()}
          aria-label={label}
          aria-invalid={syntaxError !== undefined}
          aria-describedby={syntaxError && `${id}-error`}
          placeholder={`${placeholder}   (/)`}
          autoComplete="off"
          spellCheck={false}
          maxLength={4_000}
          className="h-8 w-full min-w-0 rounded-control border border-line bg-bg pr-8 pl-8 font-mono text-log placeholder:font-sans placeholder:text-text-2 aria-invalid:border-critical"
        />
        {q !== '' && (
          <IconButton label="Clear filter" className="absolute right-1 size-6" onClick={() => onFilter('')}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
        {syntaxError && <FilterError id={`${id}-error`} filter={check.variables ?? ''} problem={syntaxError} />}
      </form>
    </search>
  )
}

interface FilterErrorProps {
  readonly id: string
  /** The rejected filter. */
  readonly filter: string
  readonly problem: ApiProblem
}

/** Shows a syntax error with its position and hint. */
const FilterError = ({ id, filter, problem }: FilterErrorProps) => {
  const { message, position } = problem.errors[0] ?? { message: problem.message, position: undefined }
  const [from, to] = wordAt(filter, position ?? filter.length)
  return (
    <div
      id={id}
      role="alert"
      className="absolute inset-x-0 top-full z-20 mt-1 rounded-control border border-critical bg-surface px-3 py-2 shadow-lg"
    >
      <p className="overflow-x-auto font-mono text-log whitespace-pre">
        {filter.slice(0, from)}
        <mark className="bg-transparent text-critical underline decoration-2 decoration-wavy">
          {filter.slice(from, to) || ' '}
        </mark>
        {filter.slice(to)}
      </p>
      <p className="mt-1">
        <span className="font-medium text-critical">{message}</span> {problem.hint}
      </p>
    </div>
  )
}

const isSyntaxError = (error: unknown): error is ApiProblem =>
  error instanceof ApiProblem && error.code === 'filter_syntax'

/** Selects the invalid word, so that typing replaces it. */
const selectError = (input: HTMLInputElement | null, { errors }: ApiProblem): void => {
  const position = errors[0]?.position
  if (!input || position === undefined) return
  input.value = input.value.trim()
  input.setSelectionRange(...wordAt(input.value, position))
}

/** Returns the range of the word at a position: a field name, an operator or a value. */
const wordAt = (filter: string, position: number): readonly [from: number, to: number] => {
  const word = /^(?:[\w@][\w.@-]*(?=[:<>])|[()"]|[^\s()]+)/.exec(filter.slice(position))?.[0] ?? ''
  return [position, position + word.length]
}
