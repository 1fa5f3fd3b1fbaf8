import { useEffect, useRef } from 'react'
import { type KeybindingPress, matchKeybindingPress, parseKeybinding } from 'tinykeys'
import { createSetting } from './setting.ts'

/** What a key does. `keys` as tinykeys writes them: `g o`, `Shift+j`, `$mod+k`. */
export interface KeyBinding {
  readonly keys: string
  /** For the help page: a verb first. */
  readonly does: string
  readonly run: (event: KeyboardEvent) => void
  /** Works while a dialog or a menu is open too; the others wait. */
  readonly inDialog?: boolean
}

interface Active {
  readonly group: string
  readonly binding: KeyBinding
  readonly presses: readonly KeybindingPress[]
}

const active = new Set<{ readonly list: readonly Active[] }>()
let begun: readonly { readonly one: Active; readonly next: number }[] = []
let begunAt = 0
const patienceMs = 1_500

/** Single keys can be switched off: they hurt people who speak or point to type. */
export const singleKeys = createSetting('single-keys', ['on', 'off'], 'on')

/** Binds keys while the component is shown. A binding that came later wins over an earlier one of the same keys. */
export const useKeys = (group: string, bindings: readonly KeyBinding[]): void => {
  const latest = useRef(bindings)
  latest.current = bindings
  const shape = bindings.map(({ keys, does, inDialog }) => `${keys}\n${does}\n${inDialog}`).join('\n\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape says when the keys change; what they run is always the latest.
  useEffect(() => {
    const list = latest.current.map((binding, index) => ({
      group,
      binding: { ...binding, run: (event: KeyboardEvent) => latest.current[index]?.run(event) },
      presses: parseKeybinding(binding.keys),
    }))
    const entry = { list }
    active.add(entry)
    return () => void active.delete(entry)
  }, [group, shape])
}

/** What can be pressed right now, by group, for the help page. */
export const activeKeys = (): ReadonlyMap<string, readonly KeyBinding[]> => {
  const groups = new Map<string, Map<string, KeyBinding>>()
  for (const { list } of active) {
    for (const { group, binding } of list) {
      const known = groups.get(group) ?? new Map<string, KeyBinding>()
      groups.set(group, known.set(binding.keys, binding))
    }
  }
  return new Map([...groups].map(([group, bindings]) => [group, [...bindings.values()]]))
}

/** Listens for all bindings; once, for the whole page. */
export const listenForKeys = (): (() => void) => {
  const listen = (event: KeyboardEvent): void => {
    const found = press(event)
    if (!found) return
    event.preventDefault()
    found.binding.run(event)
  }
  window.addEventListener('keydown', listen)
  return () => window.removeEventListener('keydown', listen)
}

/** Takes a key press; answers what it completes. A press that continues a sequence means nothing else: `g a` is not `a`. */
const press = (event: KeyboardEvent): Active | undefined => {
  // What somebody took already is not ours: the Escape that closes a dialog closes nothing under it.
  if (event.isComposing || event.defaultPrevented || isModifier(event.key)) return undefined
  const waiting = event.timeStamp - begunAt < patienceMs ? begun : []
  begun = []
  const free = !isTyping(event.target) && !isActivation(event) && singleKeys.get() === 'on'
  const inDialog = document.querySelector(dialogs) !== null
  const usable = ({ binding, presses }: Active): boolean =>
    (!inDialog || binding.inDialog === true) && (free || needsModifier(presses))
  const continued = waiting.filter(({ one, next }) => usable(one) && matches(event, one.presses[next]))
  const met = continued.length > 0 ? continued : [...active].flatMap(({ list }) => begin(event, list.filter(usable)))
  const complete = met.filter(({ one, next }) => next + 1 === one.presses.length).at(-1)
  if (complete) return complete.one
  begun = met.map(({ one, next }) => ({ one, next: next + 1 }))
  begunAt = event.timeStamp
  return undefined
}

const dialogs = '[role=dialog], [role=alertdialog], [role=menu], [data-radix-popper-content-wrapper] [role=listbox]'

const begin = (event: KeyboardEvent, list: readonly Active[]) =>
  list.filter(({ presses }) => matches(event, presses[0])).map((one) => ({ one, next: 0 }))

const matches = (event: KeyboardEvent, expected: KeybindingPress | undefined): boolean =>
  expected !== undefined && matchKeybindingPress(event, expected)

const isModifier = (key: string): boolean => ['Shift', 'Control', 'Alt', 'Meta'].includes(key)

const needsModifier = (presses: readonly KeybindingPress[]): boolean =>
  presses.some(([modifiers, , key]) => modifiers.some((name) => name !== 'Shift') || key === 'Escape')

const isTyping = (target: EventTarget | null): boolean => target instanceof Element && target.closest(fields) !== null

const fields = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]'

/** Enter and space belong to the button or link that has the focus. */
const isActivation = ({ key, target }: KeyboardEvent): boolean =>
  (key === 'Enter' || key === ' ') &&
  target instanceof Element &&
  target.closest('a, button, summary, label, input, [role=tab], [role=checkbox]') !== null
