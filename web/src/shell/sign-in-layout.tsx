import type { ComponentProps, ReactNode } from 'react'
import { basePath } from '../api/base-path.ts'
import { toProblem } from '../api/problem.ts'
import { classNames } from '../parts/class-names.ts'

/** The layout of the sign-in and password pages. */
export const SignInLayout = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-5 p-6">
    <img src={`${basePath}/icon.svg`} alt="" width="40" height="40" />
    <h1 className="text-display">{title}</h1>
    {children}
  </main>
)

/** An input with its label above it. */
export const Field = ({ label, className, id, ...rest }: ComponentProps<'input'> & { readonly label: string }) => (
  <div className="flex flex-col gap-1">
    <label htmlFor={id} className="font-medium">
      {label}
    </label>
    <input
      id={id}
      spellCheck={false}
      autoCapitalize="none"
      required
      className={classNames('h-9 rounded-control border border-line-strong bg-surface px-3', className)}
      {...rest}
    />
  </div>
)

/** Shows why sign-in or a password change failed. */
export const FormError = ({ error }: { readonly error: unknown }) => {
  const { message, hint } = toProblem(error)
  return (
    <div role="alert" className="rounded-control border border-critical/50 px-3 py-2">
      <p className="font-medium text-critical">{message}</p>
      {hint !== undefined && <p className="mt-1 text-text-2">{hint}</p>}
    </div>
  )
}
