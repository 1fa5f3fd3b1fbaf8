import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

interface Look {
  /** `primary` at most once on a screen. */
  readonly look?: 'primary' | 'plain' | 'ghost'
}

/** A button; at least 28 px high, so that it can be hit. */
export const Button = ({ look = 'plain', className, type = 'button', ...rest }: ComponentProps<'button'> & Look) => (
  <button type={type} className={classNames(buttonLook(look), className)} {...rest} />
)

/** The look of a button, for links that act like one. */
export const buttonLook = (look: NonNullable<Look['look']> = 'plain'): string =>
  classNames(
    'inline-flex h-7 items-center justify-center gap-1.5 rounded-control px-2.5 text-body font-medium whitespace-nowrap',
    'transition-colors disabled:cursor-not-allowed disabled:opacity-50',
    looks[look],
  )

const looks = {
  primary: 'bg-accent text-on-accent hover:opacity-90',
  plain: 'border border-line bg-surface text-text hover:bg-hover',
  ghost: 'text-text-2 hover:bg-hover hover:text-text',
}

/** A square button with a sign; its name is read aloud and shown as a tip. */
export const IconButton = ({
  label,
  className,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & { readonly label: string }) => (
  <button
    type={type}
    aria-label={label}
    title={label}
    className={classNames(
      'inline-flex size-8 shrink-0 items-center justify-center rounded-control text-text-2 hover:bg-hover hover:text-text',
      className,
    )}
    {...rest}
  />
)
