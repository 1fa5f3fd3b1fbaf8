/** Shows a key sequence such as `g o`, one keycap per key. */
export const Kbd = ({ keys }: { readonly keys: string }) => (
  <span className="inline-flex gap-1">
    {keys.split(' ').map((key) => (
      <kbd
        key={key}
        className="inline-flex h-5 min-w-5 items-center justify-center rounded-chip border border-line bg-bg px-1 font-mono text-small text-text-2"
      >
        {formatKey(key)}
      </kbd>
    ))}
  </span>
)

const isMac = /Mac|iP/.test(navigator.platform)

const formatKey = (key: string): string =>
  key
    .replace('$mod+', isMac ? '⌘' : 'Ctrl ')
    .replace('[Shift]+', '')
    .replace('Shift+', '⇧')
    .replace('Escape', 'Esc')
