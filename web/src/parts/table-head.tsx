/** The head of a table whose last column has the actions. */
export const TableHead = ({ labels }: { readonly labels: readonly string[] }) => (
  <thead>
    <tr className="border-b border-line text-left text-small text-text-2">
      {labels.map((label) => (
        <th key={label} scope="col" className="px-4 py-2 font-medium md:first:pl-6">
          {label}
        </th>
      ))}
      <th scope="col" className="px-4 py-2">
        <span className="sr-only">Actions</span>
      </th>
    </tr>
  </thead>
)
