import type { Person } from '../../schema/inventory/person.ts'
import { CellFault, cellText, toActive, toList } from './cell.ts'
import { overlay } from './overlay.ts'
import type { Imported, RowReader } from './rows.ts'

export type ImportedPerson = Omit<Person, 'created_at' | 'updated_at'>

/** Reads users from tables, with the column names of common directories. */
export const personRows: RowReader<ImportedPerson> = {
  lists: new Set(['aliases']),
  synonyms: {
    user_id: ['id', 'employee id', 'employee number', 'object id', 'sid'],
    username: [
      ...['user name', 'sam account name', 'samaccountname', 'logon name', 'login', 'login name', 'account'],
      ...['account name', 'uid', 'user'],
    ],
    aliases: ['alias', 'accounts', 'other accounts', 'user principal name', 'userprincipalname', 'upn'],
    email: ['mail', 'e mail', 'email address', 'e mail address'],
    full_name: ['display name', 'displayname', 'name', 'cn', 'common name'],
    phone: ['telephone', 'telephone number', 'telephonenumber', 'mobile', 'phone number'],
    department: ['dept', 'division', 'team', 'organizational unit', 'ou'],
    title: ['job title', 'role', 'position', 'function'],
    access_level: ['access', 'privilege', 'privileges', 'privilege level', 'account type'],
    manager: ['supervisor', 'reports to'],
    location: ['office', 'site', 'city'],
    is_active: ['active', 'enabled', 'status', 'account status', 'state'],
  },
  read(cells) {
    const text = (field: string) => cells.read(field, cellText)
    return {
      user_id: cells.require('user_id', cellText),
      username: cells.require('username', toName),
      aliases: cells.list('aliases', (cell) => toList(cell, 'words').map(toName)),
      email: cells.read('email', toMail),
      full_name: text('full_name'),
      phone: text('phone'),
      department: text('department'),
      title: text('title'),
      access_level: text('access_level'),
      manager: text('manager'),
      location: text('location'),
      is_active: cells.require('is_active', toActive),
    }
  },
  idOf: ({ user_id, username, email }) => user_id ?? username ?? email ?? undefined,
}

const toName = (text: string): string => {
  if (/^[^\s<>"]{1,256}$/u.test(cellText(text))) return text
  throw new CellFault(`is not a valid account name: "${text.slice(0, 60)}"`)
}

const toMail = (text: string): string => {
  if (/^[^\s@<>"]+@[^\s@<>"]+$/u.test(cellText(text))) return text.toLowerCase()
  throw new CellFault(`is not a valid email address: "${text.slice(0, 60)}"`)
}

/** Merges imported fields into a known user, or into a new one. */
export const toPerson = (
  id: string,
  fields: Imported<ImportedPerson>,
  before: Person | undefined,
  now: string,
): Person => {
  const base: Person = before ?? {
    user_id: id,
    username: fields.email?.split('@')[0] ?? id,
    aliases: [],
    email: null,
    full_name: null,
    phone: null,
    department: null,
    title: null,
    access_level: null,
    manager: null,
    location: null,
    is_active: true,
    created_at: now,
    updated_at: now,
  }
  const person = overlay(base, fields)
  const { user_id } = base
  // If the user already has another ID, for instance from a sign-in, the imported ID becomes an alias.
  const aliases = fields.user_id === undefined || fields.user_id === user_id ? [] : [fields.user_id]
  return { ...person, user_id, aliases: [...new Set([...person.aliases, ...aliases])] }
}
