import type { OwnTest } from './own-test.ts'
import type { XmlElement } from './xml.ts'

const lookups: Readonly<Record<string, { negated: boolean; valued: boolean; address: boolean }>> = {
  match_key: { negated: false, valued: false, address: false },
  not_match_key: { negated: true, valued: false, address: false },
  match_key_value: { negated: false, valued: true, address: false },
  address_match_key: { negated: false, valued: false, address: true },
  not_address_match_key: { negated: true, valued: false, address: true },
  address_match_key_value: { negated: false, valued: true, address: true },
}

/** The placeholder of a CDB list: its file's name in letters that a placeholder may have. */
export const placeholderOf = (path: string): string =>
  (path.trim().split('/').at(-1) ?? '').replace(/[^A-Za-z0-9_]/g, '_')

/** Translates a `<list>` to a placeholder that the admin fills with the keys of the list. */
export const translateList = (
  element: XmlElement,
): { readonly test: OwnTest; readonly note: string } | { readonly reason: string } => {
  const path = element.text.trim()
  const field = element.attributes.get('field')?.trim()
  const placeholder = placeholderOf(path)
  if (!field || placeholder === '')
    return {
      reason: `<list> needs a field="…" and the path of a list; this one has ${field ? 'no path' : 'no field'}.`,
    }
  const said = (element.attributes.get('lookup') ?? 'match_key').trim().toLowerCase()
  const lookup = Object.hasOwn(lookups, said) ? lookups[said] : undefined
  if (!lookup) return { reason: `<list>: lookup="${said}" is unknown. Use one of: ${Object.keys(lookups).join(', ')}.` }
  const value = element.attributes.get('check_value')
  const which = lookup.valued && value !== undefined ? `those keys whose value matches "${value}"` : 'its keys'
  const form = lookup.address ? ' Beginnings of addresses (10.1.) are written 10.1.*.' : ''
  return {
    test: {
      field,
      any: [{ modifiers: 'expand', value: `%${placeholder}%` }],
      negated: lookup.negated,
      needsField: true,
    },
    note: `The list ${path} is not in the rules: give the placeholder %${placeholder}% ${which} as values, else the rule cannot match.${form}`,
  }
}
