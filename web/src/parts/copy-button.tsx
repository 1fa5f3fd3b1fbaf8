import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button.tsx'

const saidMs = 2_000

/** Copies a text, and says that it did. */
export const CopyButton = ({ text, className }: { readonly text: string; readonly className?: string }) => {
  const [copied, setCopied] = useState<boolean>()
  const copy = async (): Promise<void> => {
    // On a plain address that is not this machine browsers have no clipboard for pages.
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )
    setCopied(done === true)
    setTimeout(() => setCopied(undefined), saidMs)
  }
  return (
    <Button className={className} onClick={() => void copy()}>
      {copied === true ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      <span aria-live="polite">{copied === undefined ? 'Copy' : copied ? 'Copied' : 'Select it by hand'}</span>
    </Button>
  )
}
