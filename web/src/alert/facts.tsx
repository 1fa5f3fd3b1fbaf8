import type { ReactNode } from 'react'
import type { Noun } from '../api/client.ts'
import { EntityChip, TechniqueChip } from '../parts/chip.tsx'
import { Menu, MenuItem, MenuLabel } from '../parts/menu.tsx'
import { quote } from './filter-text.ts'

interface EntitiesProps {
  readonly entities: readonly Noun<'Entity'>[]
  readonly techniques: readonly string[]
  /** Asks the queue for what has, or has not, a value. */
  readonly onFilter: (clause: string) => void
}

/** Who and what it is about. Every value has the same menu. */
export const Entities = ({ entities, techniques, onFilter }: EntitiesProps) => (
  <ul className="flex flex-wrap gap-1.5">
    {entities.map((entity) => (
      <li key={`${entity.type} ${entity.value}`} className="max-w-full">
        <ValueMenu field={`entity.${entity.type}`} value={entity.value} onFilter={onFilter}>
          <EntityChip entity={entity} />
        </ValueMenu>
      </li>
    ))}
    {techniques.map((technique) => (
      <li key={technique}>
        <ValueMenu field="technique" value={technique} onFilter={onFilter}>
          <TechniqueChip technique={technique} />
        </ValueMenu>
      </li>
    ))}
  </ul>
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
    <MenuItem onSelect={() => onFilter(`${field}:${quote(value)}`)}>Show only alerts with this</MenuItem>
    <MenuItem onSelect={() => onFilter(`-${field}:${quote(value)}`)}>Leave out alerts with this</MenuItem>
    <MenuItem onSelect={() => void navigator.clipboard.writeText(value)}>Copy</MenuItem>
  </Menu>
)
