import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

interface ButtonProps extends ComponentProps<'button'> {
  /** Use `primary` at most once per screen. */
  readonly variant?: 'primary' | 'plain' | 'ghost'
}

/** A button, at least 28 px high. */
export const Button = ({ variant = 'plain', className, type = 'button', ...rest }: ButtonProps) => (
  <button type={type} className={classNames(buttonClass(variant), className)} {...rest} />
)

/** The class names of a button, for links styled as one. */
export const buttonClass = (variant: NonNullable<ButtonProps['variant']> = 'plain'): string =>
  classNames(
    'inline-flex h-7 items-center justify-center gap-1.5 rounded-control print:hidden px-2.5 text-body font-medium whitespace-nowrap',
    'transition-colors disabled:cursor-not-allowed disabled:opacity-50',
    variants[variant],
  )

const variants = {
  primary: 'bg-accent text-on-accent hover:opacity-90',
  plain: 'border border-line bg-surface text-text hover:bg-hover',
  ghost: 'text-text-2 hover:bg-hover hover:text-text',
}

/** A square button with an icon. Its label is the accessible name and the tooltip. */
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
      'inline-flex size-8 shrink-0 items-center print:hidden justify-center rounded-control text-text-2 hover:bg-hover hover:text-text',
      className,
    )}
    {...rest}
  />
)
