import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button.tsx'
import { copyText } from './copy-text.ts'

const saidMs = 2_000

interface CopyButtonProps {
  /** What is copied; asked for when it is. */
  readonly text: string | (() => string)
  readonly label?: string
  readonly className?: string
}

/** Copies a text, and says that it did. */
export const CopyButton = ({ text, label = 'Copy', className }: CopyButtonProps) => {
  const [copied, setCopied] = useState<boolean>()
  const copy = async (): Promise<void> => {
    setCopied(await copyText(typeof text === 'string' ? text : text()))
    setTimeout(() => setCopied(undefined), saidMs)
  }
  return (
    <Button className={className} onClick={() => void copy()}>
      {copied === true ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      <span aria-live="polite">{copied === undefined ? label : copied ? 'Copied' : 'Select it by hand'}</span>
    </Button>
  )
}
