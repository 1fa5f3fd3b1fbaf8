/** Keys to press, one cap each: `g o`. */
export const Kbd = ({ keys }: { readonly keys: string }) => (
  <span className="inline-flex gap-1">
    {keys.split(' ').map((press) => (
      <kbd
        key={press}
        className="inline-flex h-5 min-w-5 items-center justify-center rounded-chip border border-line bg-bg px-1 font-mono text-small text-text-2"
      >
        {spell(press)}
      </kbd>
    ))}
  </span>
)

const isMac = /Mac|iP/.test(navigator.platform)

const spell = (press: string): string =>
  press
    .replace('$mod+', isMac ? '⌘' : 'Ctrl ')
    .replace('[Shift]+', '')
    .replace('Shift+', '⇧')
    .replace('Escape', 'Esc')
