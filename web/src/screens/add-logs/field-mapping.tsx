import { useId } from 'react'
import type { Mapping } from './log-text.ts'

interface FieldMappingProps {
  readonly fields: readonly string[]
  readonly mapping: Mapping
  readonly onChange: (mapping: Mapping) => void
}

const roles = [
  ['time', 'Time'],
  ['message', 'Message'],
  ['host', 'Host'],
] as const

/** Maps fields that were not detected correctly. */
export const FieldMapping = ({ fields, mapping, onChange }: FieldMappingProps) => (
  <fieldset className="flex flex-wrap gap-x-6 gap-y-2 border-t border-line px-4 py-3">
    <legend className="sr-only">Field mapping</legend>
    {roles.map(([role, name]) => (
      <Field
        key={role}
        name={name}
        fields={fields}
        selected={mapping[role]}
        onSelect={(field) => {
          const { [role]: _, ...rest } = mapping
          onChange(field === undefined ? rest : { ...rest, [role]: field })
        }}
      />
    ))}
  </fieldset>
)

interface FieldProps {
  readonly name: string
  readonly fields: readonly string[]
  readonly selected: string | undefined
  readonly onSelect: (field: string | undefined) => void
}

const Field = ({ name, fields, selected, onSelect }: FieldProps) => {
  const id = useId()
  return (
    <span className="flex items-center gap-2">
      <label htmlFor={id} className="text-text-2">
        {name} field
      </label>
      <select
        id={id}
        value={selected ?? ''}
        onChange={({ target }) => onSelect(target.value === '' ? undefined : target.value)}
        className="h-7 max-w-48 rounded-control border border-line-strong bg-surface px-1.5"
      >
        <option value="">Automatic</option>
        {fields.map((field) => (
          <option key={field} value={field}>
            {field}
          </option>
        ))}
      </select>
    </span>
  )
}
