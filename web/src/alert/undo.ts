import { toProblem } from '../api/problem.ts'
import { toast } from '../parts/toast.tsx'

interface UndoableAction {
  readonly text: string
  /** Undoes the action and describes the result. */
  readonly undo: () => Promise<string>
}

const maxActions = 20
const actions: UndoableAction[] = []

/** Shows the completed action and offers to undo it. The last actions of this visit can be undone in reverse order. */
export const offerUndo = (action: UndoableAction): void => {
  actions.push(action)
  if (actions.length > maxActions) actions.shift()
  toast(action.text, { action: { label: 'Undo', keys: 'z', run: () => void undo(action) } })
}

/** Undoes the last action. */
export const undoLast = (): void => {
  const last = actions.at(-1)
  if (last) void undo(last)
  else toast('Nothing to undo.', { ms: 4_000 })
}

const undo = async (action: UndoableAction): Promise<void> => {
  const index = actions.indexOf(action)
  if (index < 0) return
  actions.splice(index, 1)
  try {
    toast(await action.undo(), { ms: 6_000 })
  } catch (error) {
    const { message, hint } = toProblem(error)
    toast([message, hint].filter(Boolean).join(' '), { error: true })
  }
}
