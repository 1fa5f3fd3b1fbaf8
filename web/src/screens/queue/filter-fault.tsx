import type { ApiProblem } from '../../api/problem.ts'
import { wordAt } from './word-at.ts'

interface FilterFaultProps {
  readonly id: string
  /** The filter that was refused. */
  readonly filter: string
  readonly problem: ApiProblem
}

/** Says what is wrong with a filter, marks where, and what to write instead. */
export const FilterFault = ({ id, filter, problem }: FilterFaultProps) => {
  const { message, position } = problem.errors[0] ?? { message: problem.message, position: undefined }
  const [from, to] = wordAt(filter, position ?? filter.length)
  return (
    <div
      id={id}
      role="alert"
      className="absolute inset-x-0 top-full z-20 mt-1 rounded-control border border-critical bg-surface px-3 py-2 shadow-lg"
    >
      <p className="overflow-x-auto font-mono text-log whitespace-pre">
        {filter.slice(0, from)}
        <mark className="bg-transparent text-critical underline decoration-2 decoration-wavy">
          {filter.slice(from, to) || ' '}
        </mark>
        {filter.slice(to)}
      </p>
      <p className="mt-1">
        <span className="font-medium text-critical">{message}</span> {problem.hint}
      </p>
    </div>
  )
}
