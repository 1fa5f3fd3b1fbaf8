import type { Alert } from '../../schema/alert/alert.ts'
import { labelledRoles } from '../../schema/detection/address-roles.ts'
import { evidencePlaces, representativeLines } from '../analyze/report-evidence.ts'
import { type Paint, truncate, visible, wrap } from '../terminal/terminal.ts'

export const indent = '  '

/** Lays out the parts that alerts and incidents share in a terminal of a width. */
export const createSections = (width: number, paint: Paint) => {
  const lines = (text: string): readonly string[] =>
    wrap(visible(text), width - indent.length).map((line) => indent + line)
  const section = (name: string, content: readonly string[]): readonly string[] =>
    content.length > 0 ? ['', paint('bold', name), ...content] : []
  const named = (values: readonly { readonly label: string; readonly value: string }[]) =>
    lines(values.map(({ label, value }) => `${label} ${value}`).join(' · '))
  return {
    lines,
    section,
    /** The sections Evidence, Addresses and Entities. */
    facts: ({ evidence, address_roles, entities }: Pick<Alert, 'evidence' | 'address_roles' | 'entities'>) => [
      ...section(
        `Evidence ${visible(evidencePlaces(evidence))}`.trim(),
        representativeLines(evidence).map(({ place, text }) =>
          truncate(`${indent}${visible(place)} │ ${visible(text)}`, width),
        ),
      ),
      ...section('Addresses', named(labelledRoles(address_roles))),
      ...section('Entities', named(entities.map(({ type, value }) => ({ label: type, value })))),
    ],
  }
}
