import type { ReactNode } from 'react'
import type { Noun } from '../api/client.ts'
import { TechniqueChip, ValueChip } from '../parts/chip.tsx'
import { Menu, MenuItem, MenuLabel } from '../parts/menu.tsx'
import { usePrinting } from '../parts/printing.ts'
import { copyWithToast } from '../parts/toast.tsx'
import { quote } from './filter-text.ts'

interface EntitiesProps {
  readonly entities: readonly Noun<'Entity'>[]
  readonly roles?: Noun<'AddressRoles'> | undefined
  readonly techniques: readonly string[]
  /** Filters the queue for a value, or filters it out. */
  readonly onFilter: (clause: string) => void
}

/** The entities of an alert or incident. Every value has the same menu. */
export const Entities = ({ entities, roles = {}, techniques, onFilter }: EntitiesProps) => {
  const shownPerRole = usePrinting() ? Number.POSITIVE_INFINITY : maxPerRole
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2">
      {roleNames.flatMap(([role, name]) => {
        const tallies = talliesOf(roles, role)
        return tallies.length === 0 ? (
          []
        ) : (
          <Values key={role} name={name}>
            {tallies.slice(0, shownPerRole).map(({ ip }) => (
              <li key={ip} className="max-w-full">
                <ValueMenu field="entity.ip" value={ip} onFilter={onFilter}>
                  <ValueChip value={ip} />
                </ValueMenu>
              </li>
            ))}
            {tallies.length > shownPerRole && <li className="text-text-2">and {tallies.length - shownPerRole} more</li>}
          </Values>
        )
      })}
      {[...Map.groupBy(withoutRole(entities, roles), ({ type }) => type)]
        .sort(([a], [b]) => placeOf(a) - placeOf(b))
        .map(([type, same]) => (
          <Values key={type} name={typeNames[type]}>
            {same.map((entity) => (
              <li key={entity.value} className="max-w-full">
                <ValueMenu field={`entity.${type}`} value={entity.value} onFilter={onFilter}>
                  <ValueChip value={entity.value} />
                </ValueMenu>
              </li>
            ))}
          </Values>
        ))}
      {techniques.length > 0 && (
        <Values name="ATT&CK">
          {techniques.map((technique) => (
            <li key={technique}>
              <ValueMenu field="technique" value={technique} onFilter={onFilter}>
                <TechniqueChip technique={technique} />
              </ValueMenu>
            </li>
          ))}
        </Values>
      )}
    </dl>
  )
}

const roleNames = [
  ['attacker', 'Attacker'],
  ['source', 'Source'],
  ['destination', 'Destination'],
  ['proxy', 'Proxy'],
] as const
const maxPerRole = 10

/** Lists an attacker only once, not again as a source or destination. */
const talliesOf = (roles: Noun<'AddressRoles'>, role: keyof Noun<'AddressRoles'>) => {
  const attackers = new Set(role === 'attacker' ? [] : roles.attacker?.map(({ ip }) => ip))
  return (roles[role] ?? []).filter(({ ip }) => !attackers.has(ip))
}

/** Removes addresses that are already listed by role. */
const withoutRole = (entities: readonly Noun<'Entity'>[], roles: Noun<'AddressRoles'>): readonly Noun<'Entity'>[] => {
  const known = new Set(roleNames.flatMap(([role]) => (roles[role] ?? []).map(({ ip }) => ip)))
  return entities.filter(({ type, value }) => type !== 'ip' || !known.has(value))
}

/** The entity types in display order. */
const typeNames: Readonly<Record<Noun<'Entity'>['type'], string>> = {
  host: 'Host',
  asset: 'Asset',
  device: 'Device',
  user: 'User',
  ip: 'IP address',
  domain: 'Domain',
  url: 'URL',
  service: 'Service',
  process: 'Process',
  file: 'File',
  hash: 'Hash',
  template: 'Message template',
}
const order = Object.keys(typeNames)
const placeOf = (type: string): number => order.indexOf(type)

const Values = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <>
    <dt className="min-h-6 pt-0.5 text-small text-text-2">{name}</dt>
    <dd>
      <ul className="flex flex-wrap gap-1.5">{children}</ul>
    </dd>
  </>
)

interface ValueMenuProps {
  readonly field: string
  readonly value: string
  readonly onFilter: (clause: string) => void
  readonly children: ReactNode
}

const ValueMenu = ({ field, value, onFilter, children }: ValueMenuProps) => (
  <Menu
    trigger={
      <button type="button" className="flex min-h-6 max-w-full items-center rounded-chip hover:bg-hover">
        {children}
      </button>
    }
  >
    <MenuLabel>
      {field} <span className="font-mono">{value}</span>
    </MenuLabel>
    <MenuItem onSelect={() => onFilter(`${field}:${quote(value)}`)}>Filter for value</MenuItem>
    <MenuItem onSelect={() => onFilter(`-${field}:${quote(value)}`)}>Filter out value</MenuItem>
    <MenuItem onSelect={() => void copyWithToast(value)}>Copy value</MenuItem>
  </Menu>
)
