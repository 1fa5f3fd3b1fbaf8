import { ToggleGroup } from 'radix-ui'

interface ChoiceProps<Value extends string> {
  /** What is chosen, for who cannot see where it stands. */
  readonly label: string
  readonly options: readonly { readonly value: Value; readonly text: string }[]
  readonly chosen: Value | undefined
  readonly onChoose: (value: Value) => void
}

/** One of a few, side by side. */
export const Choice = <Value extends string>({ label, options, chosen, onChoose }: ChoiceProps<Value>) => (
  <ToggleGroup.Root
    type="single"
    aria-label={label}
    value={chosen ?? ''}
    onValueChange={(value) => {
      const option = options.find((one) => one.value === value)
      if (option) onChoose(option.value)
    }}
    className="inline-flex rounded-control border border-line bg-bg p-0.5"
  >
    {options.map(({ value, text }) => (
      <ToggleGroup.Item
        key={value}
        value={value}
        className="h-6 min-w-10 rounded-chip px-2 text-small whitespace-nowrap text-text-2 hover:text-text data-[state=on]:bg-surface data-[state=on]:font-semibold data-[state=on]:text-text data-[state=on]:shadow-[0_0_0_1px_var(--line)]"
      >
        {text}
      </ToggleGroup.Item>
    ))}
  </ToggleGroup.Root>
)
