import { type ReactNode, useEffect, useState } from 'react'
import { toProblem } from '../api/problem.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'

/** Says what is being waited for, once the wait is long enough to be noticed. */
export const Loading = ({ what }: { readonly what: string }) => {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" className="flex flex-col gap-3 p-4" aria-busy>
      {late && (
        <>
          <p className="text-small text-text-2">{what}</p>
          {[90, 70, 80].map((width) => (
            <div key={width} className="h-3 animate-pulse rounded-chip bg-line/60" style={{ width: `${width}%` }} />
          ))}
        </>
      )}
    </div>
  )
}

interface EmptyProps {
  /** What is so, in one sentence: "Nothing needs you." */
  readonly title: string
  /** What to do, or why this is good. */
  readonly children?: ReactNode
}

/** Nothing to show, said in words. */
export const Empty = ({ title, children }: EmptyProps) => (
  <div className="flex flex-col items-start gap-2 px-4 pt-2 pb-5">
    <p className="font-medium">{title}</p>
    {children !== undefined && <div className="flex flex-col items-start gap-2 text-text-2">{children}</div>}
  </div>
)

interface FailureProps {
  readonly error: unknown
  readonly onRetry?: () => void
}

/** What went wrong, what to do, and what to tell who helps. */
export const Failure = ({ error, onRetry }: FailureProps) => {
  const problem = toProblem(error)
  const support = JSON.stringify({
    page: location.pathname + location.search,
    title: problem.title,
    detail: problem.message,
    code: problem.code,
    status: problem.status,
    request_id: problem.requestId,
  })
  return (
    <div role="alert" className="m-4 flex flex-col items-start gap-2 rounded-control border border-critical/50 p-4">
      <p className="font-medium text-critical">{problem.title}</p>
      {problem.message !== problem.title && <p>{problem.message}</p>}
      {problem.hint !== undefined && <p className="text-text-2">{problem.hint}</p>}
      {problem.requestId !== undefined && (
        <p className="text-small text-text-2">
          Request <span className="font-mono">{problem.requestId}</span>
        </p>
      )}
      <div className="mt-1 flex gap-2">
        {onRetry && <Button onClick={onRetry}>Retry</Button>}
        <CopyButton text={support} label="Copy for support" />
      </div>
    </div>
  )
}

/**
 * Stands where somebody may not look, and says who can let them.
 * @public
 */
export const NotAllowed = ({ needs }: { readonly needs: string }) => (
  <Empty title={`This needs the role ${needs}.`}>
    <p>
      Ask an admin for a token with it: <code className="font-mono">./vedette token create --role {needs}</code>
    </p>
  </Empty>
)
