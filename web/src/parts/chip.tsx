const frame = 'inline-flex min-h-5 max-w-full items-center gap-1 rounded-chip border border-line px-1.5 text-small'

/** The value of an entity: an IP address, a user, a host. */
export const ValueChip = ({ value }: { readonly value: string }) => (
  <span className={frame} title={value}>
    <span className="truncate font-mono print:whitespace-normal print:wrap-anywhere">{value}</span>
  </span>
)

/** An ATT&CK technique: `T1110`. */
export const TechniqueChip = ({ technique }: { readonly technique: string }) => (
  <span className={`${frame} font-mono uppercase text-text-2`}>{technique.replace(/^attack\./i, '')}</span>
)
