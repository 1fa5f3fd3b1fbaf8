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

/** Says which field is which, where it was guessed wrong. */
export const FieldMapping = ({ fields, mapping, onChange }: FieldMappingProps) => (
  <fieldset className="flex flex-wrap gap-x-6 gap-y-2 border-t border-line px-4 py-3">
    <legend className="sr-only">Which field is which</legend>
    {roles.map(([role, name]) => (
      <Field
        key={role}
        name={name}
        fields={fields}
        chosen={mapping[role]}
        onChoose={(field) => {
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
  readonly chosen: string | undefined
  readonly onChoose: (field: string | undefined) => void
}

const Field = ({ name, fields, chosen, onChoose }: FieldProps) => {
  const id = useId()
  return (
    <span className="flex items-center gap-2">
      <label htmlFor={id} className="text-text-2">
        {name} is in
      </label>
      <select
        id={id}
        value={chosen ?? ''}
        onChange={({ target }) => onChoose(target.value === '' ? undefined : target.value)}
        className="h-7 max-w-48 rounded-control border border-line-strong bg-surface px-1.5"
      >
        <option value="">the usual field</option>
        {fields.map((field) => (
          <option key={field} value={field}>
            {field}
          </option>
        ))}
      </select>
    </span>
  )
}
