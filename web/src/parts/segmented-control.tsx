import { ToggleGroup } from 'radix-ui'

interface SegmentedControlProps<Value extends string> {
  /** The accessible name. */
  readonly label: string
  readonly options: readonly { readonly value: Value; readonly text: string }[]
  readonly selected: Value | undefined
  readonly onSelect: (value: Value) => void
}

/** Selects one of a few options, shown side by side. */
export const SegmentedControl = <Value extends string>(props: SegmentedControlProps<Value>) => (
  <ToggleGroup.Root
    type="single"
    aria-label={props.label}
    value={props.selected ?? ''}
    onValueChange={(value) => {
      const option = props.options.find((one) => one.value === value)
      if (option) props.onSelect(option.value)
    }}
    className="inline-flex rounded-control border border-line bg-bg p-0.5"
  >
    {props.options.map(({ value, text }) => (
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
