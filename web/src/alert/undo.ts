import { toProblem } from '../api/problem.ts'
import { toast } from '../parts/toast.tsx'

/** Something that can be taken back. */
interface Done {
  readonly text: string
  /** Takes it back; answers what became of it, in words. */
  readonly undo: () => Promise<string>
}

const mostRemembered = 20
const done: Done[] = []

/** Says what was done, with the way back. The last ones of this visit can be taken back one after another. */
export const remember = (one: Done): void => {
  done.push(one)
  if (done.length > mostRemembered) done.shift()
  toast(one.text, { action: { label: 'Undo', keys: 'z', run: () => void undo(one) } })
}

/** Takes back what was done last. */
export const undoLast = (): void => {
  const one = done.at(-1)
  if (one) void undo(one)
  else toast('Nothing was done here that could be taken back.', { ms: 4_000 })
}

const undo = async (one: Done): Promise<void> => {
  const place = done.indexOf(one)
  if (place < 0) return
  done.splice(place, 1)
  try {
    toast(await one.undo(), { ms: 6_000 })
  } catch (error) {
    const { message, hint } = toProblem(error)
    toast([message, hint].filter(Boolean).join(' '), { error: true })
  }
}
