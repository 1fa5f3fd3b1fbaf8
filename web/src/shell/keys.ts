import { useEffect, useRef } from 'react'
import { type KeybindingPress, matchKeybindingPress, parseKeybinding } from 'tinykeys'
import { createSetting } from './setting.ts'

/** A shortcut. `keys` in the syntax of tinykeys: `g o`, `Shift+j`, `$mod+k`. */
export interface KeyBinding {
  readonly keys: string
  /** For the list of shortcuts. */
  readonly label: string
  readonly run: (event: KeyboardEvent) => void
  /** Also active while a dialog or menu is open. */
  readonly inDialog?: boolean
}

interface Active {
  readonly group: string
  readonly binding: KeyBinding
  readonly presses: readonly KeybindingPress[]
}

const active = new Set<{ readonly list: readonly Active[] }>()
let pending: readonly { readonly one: Active; readonly next: number }[] = []
let pendingSince = 0
const sequenceTimeoutMs = 1_500

/** Single-key shortcuts can be turned off, as WCAG 2.1.4 requires for users of speech input. */
export const singleKeys = createSetting('single-keys', ['on', 'off'], 'on')

/** Binds shortcuts while the component is mounted. A later binding of the same keys wins. */
export const useKeys = (group: string, bindings: readonly KeyBinding[]): void => {
  const latest = useRef(bindings)
  latest.current = bindings
  const shape = bindings.map(({ keys, label, inDialog }) => `${keys}\n${label}\n${inDialog}`).join('\n\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape changes with the keys; `run` is always the latest.
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

/** Returns the active bindings by group. */
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

/** Installs the key listener, once per page. */
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

/** Returns the binding that a key press completes. A press that continues a sequence starts nothing else: `g a` is not `a`. */
const press = (event: KeyboardEvent): Active | undefined => {
  // Ignore events that were handled: the Escape that closes a dialog must not close the panel below it.
  if (event.isComposing || event.defaultPrevented || isModifier(event.key)) return undefined
  const started = event.timeStamp - pendingSince < sequenceTimeoutMs ? pending : []
  pending = []
  const acceptsSingleKeys = !isTyping(event.target) && !isActivation(event) && singleKeys.get() === 'on'
  const inDialog = document.querySelector(dialogs) !== null
  const usable = ({ binding, presses }: Active): boolean =>
    (!inDialog || binding.inDialog === true) && (acceptsSingleKeys || needsModifier(presses))
  const continued = started.filter(({ one, next }) => usable(one) && matches(event, one.presses[next]))
  const matched =
    continued.length > 0 ? continued : [...active].flatMap(({ list }) => begin(event, list.filter(usable)))
  const complete = matched.filter(({ one, next }) => next + 1 === one.presses.length).at(-1)
  if (complete) return complete.one
  pending = matched.map(({ one, next }) => ({ one, next: next + 1 }))
  pendingSince = event.timeStamp
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

/** Enter and Space belong to the focused button or link. */
const isActivation = ({ key, target }: KeyboardEvent): boolean =>
  (key === 'Enter' || key === ' ') &&
  target instanceof Element &&
  target.closest('a, button, summary, label, input, [role=tab], [role=checkbox]') !== null
