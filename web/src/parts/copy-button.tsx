import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button.tsx'
import { copyText } from './copy-text.ts'

const feedbackMs = 2_000

interface CopyButtonProps {
  /** The text to copy. A function is called on click. */
  readonly text: string | (() => string)
  readonly label?: string
  readonly className?: string
}

/** Copies text and shows the result. */
export const CopyButton = ({ text, label = 'Copy', className }: CopyButtonProps) => {
  const [copied, setCopied] = useState<boolean>()
  const copy = async (): Promise<void> => {
    setCopied(await copyText(typeof text === 'string' ? text : text()))
    setTimeout(() => setCopied(undefined), feedbackMs)
  }
  return (
    <Button className={className} onClick={() => void copy()}>
      {copied === true ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      <span aria-live="polite">{copied === undefined ? label : copied ? 'Copied' : 'Copy failed'}</span>
    </Button>
  )
}
