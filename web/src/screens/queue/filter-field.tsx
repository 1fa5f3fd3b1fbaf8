import { Search, X } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, useEffect, useRef } from 'react'
import { IconButton } from '../../parts/button.tsx'
import { useKeys } from '../../shell/keys.ts'

interface FilterFieldProps {
  readonly q: string
  readonly onFilter: (q: string) => void
}

/** The filter as text. Enter applies it, Escape leaves it as it was. */
export const FilterField = ({ q, onFilter }: FilterFieldProps) => {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (field.current) field.current.value = q
  }, [q])
  useKeys('Queue', [
    {
      keys: '/',
      does: 'Write a filter',
      run: () => {
        field.current?.focus()
        field.current?.select()
      },
    },
  ])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onFilter(field.current?.value.trim() ?? '')
    field.current?.blur()
  }
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !field.current) return
    event.stopPropagation()
    field.current.value = q
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
          aria-label="Filter alerts"
          placeholder="severity:>=high host:web* failed   (/)"
          autoComplete="off"
          spellCheck={false}
          maxLength={4_000}
          className="h-8 w-full min-w-0 rounded-control border border-line bg-bg pr-8 pl-8 font-mono text-log placeholder:font-sans placeholder:text-text-2"
        />
        {q !== '' && (
          <IconButton label="Clear the filter" className="absolute right-1 size-6" onClick={() => onFilter('')}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
      </form>
    </search>
  )
}
